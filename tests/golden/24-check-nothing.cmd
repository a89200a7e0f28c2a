mkdir $T/empty
newstag check $T/empty; echo "status $?" >&2
newstag check $T/missing
