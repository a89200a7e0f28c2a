newstag version > /dev/full; echo "status $?" >&2
newstag classify --rules ../rules/worked items.jsonl > /dev/full 2> /dev/null; echo "status $?" >&2
newstag classify --rules ../rules/worked < 42-classify-rejected.in > /dev/full 2> /dev/null; echo "status $?" >&2
