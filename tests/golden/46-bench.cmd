echo 'no item' | cat items.jsonl - > $T/items.jsonl
newstag bench --rules ../rules/worked --repeat 3 -- $T/items.jsonl | sed 's/[0-9.]\+ times/@TIMES@ times/; s/ \+[0-9]\+\.[0-9]\+/ @US@/g; s/[0-9]\+ %/@SHARE@/; s/  [0-9]\+ items\/s/ @RATE@ items\/s/' | tr -s ' '
newstag bench --json --repeat 1 --rules ../rules/worked - < items.jsonl |
	python3 -c 'import json, sys
told = json.load(sys.stdin)
stages = told["stages_us"]
print(list(told), list(stages), [told[name] for name in ("items", "rejected", "events", "passes", "rules")])
print(abs(sum(stages.values()) - told["item_us"]) < 0.01 * told["item_us"], min(stages.values()) > 0)
print(all(0.99 < ratio < 1.01 for ratio in (
    told["item_us"] / told["item_first_us"], told["item_us"] * told["items_per_second"] / 1e6,
    told["scan_us"] * told["item_to_scan"] / told["item_us"])))'
