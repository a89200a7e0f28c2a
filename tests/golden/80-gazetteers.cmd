# What stands in config/entities holds, and finds what it should.
$SRC/scripts/gazetteers --check | sed 's/^[0-9]* entities/@N@ entities/'
newstag test ../rules/gazetteers ../../config/entities > $T/out 2>&1 && echo "all pass" || cat $T/out
