newstag classify --rules ../rules/worked --set limits.message=1KiB --set limits.string=512B items.jsonl > /dev/null
echo "status $?"
python3 -c 'print("{\"text\": \"" + "x" * 3000 + "\"}")' | newstag classify --rules ../rules/worked --set limits.message=2KiB --set limits.string=2KiB
