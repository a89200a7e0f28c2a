/* What cppcheck must know of the macros of Check and jansson, whose headers it does not read. */
#define START_TEST(name) static void name(int _i)
#define END_TEST
#define SOURCE_FOLDER "."
#define json_array_foreach(array, index, value) \
	for ((index) = 0; ((value) = json_array_get(array, index)) != NULL; (index)++)
#define json_object_foreach(object, key, value) \
	for ((key) = json_object_key(object); ((value) = json_object_get(object, key)) != NULL;)
