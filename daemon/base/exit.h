#ifndef BASE_EXIT_H
#define BASE_EXIT_H

/* How the programs end: the numbers of sysexits(3), and 1 for "it ran, and the answer is no". */
enum exit_status {
	END_OK = 0,
	END_NO = 1,
	END_USAGE = 64,
	END_BAD_ITEM = 65,
	END_NO_INPUT = 66, /* nothing to check or test, no such file */
	END_UNREACHABLE = 69,
	END_INTERNAL = 70,
	END_CANNOT_CREATE = 73,
	END_IO = 74,
	END_TEMPORARY = 75,
	END_PERMISSION = 77,
	END_INVALID = 78, /* configuration or rules */
};

#endif
