newstag test warnings.yaml; echo "status $?" >&2
newstag test mistakes.yaml > $T/out 2> $T/err; echo "status $?, $(wc -c < $T/out) bytes, $(grep -c error $T/err) errors" >&2
