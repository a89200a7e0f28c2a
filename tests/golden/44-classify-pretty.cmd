python3 -c 'import json; print(json.dumps(json.loads(open("items.jsonl").readline()), indent=2))' > $T/pretty.json
newstag classify --rules ../rules/worked --now 2025-12-16T00:00:00Z $T/pretty.json > $T/pretty
head -n 1 items.jsonl | newstag classify --rules ../rules/worked --now 2025-12-16T00:00:00Z > $T/line
cmp $T/pretty $T/line && wc -l < $T/line
