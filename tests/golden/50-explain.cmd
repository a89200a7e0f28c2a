head -n 1 items.jsonl | newstag explain --rules ../rules/worked
