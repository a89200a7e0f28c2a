echo '{"text": 1}' | newstag bench --rules ../rules/worked -; echo "no item: $?" >&2
newstag bench --rules ../rules/worked no-such-file.jsonl; echo "no file: $?" >&2
newstag bench; echo "nothing: $?" >&2
newstag bench --repeat 0 items.jsonl; echo "no pass: $?" >&2
newstag bench --repeat 1001 items.jsonl; echo "too many: $?" >&2
newstag bench --rules mistakes.yaml items.jsonl 2> /dev/null; echo "wrong rules: $?" >&2
