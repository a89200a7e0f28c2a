newstag classify --rules ../rules/worked --now 2025-12-16T00:00:00Z < items.jsonl
