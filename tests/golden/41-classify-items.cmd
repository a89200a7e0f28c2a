newstag classify --rules ../rules/worked --items --set instance=golden items.jsonl |
	python3 -c 'import json, sys
for line in sys.stdin:
    item = json.loads(line)
    print(item["line"], item["item"], [event["data"]["class"] + "." + event["data"]["status"] for event in item["events"]])'
