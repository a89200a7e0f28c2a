newstag config --config 10-config.yaml > $T/commented.yaml
newstag config --config 10-config.yaml --no-comments > $T/plain.yaml
newstag config --config 10-config.yaml --json > $T/one.json
for file in commented.yaml plain.yaml one.json; do
	newstag config --config $T/$file --json 2>/dev/null | cmp - $T/one.json && echo "$file reads back equal"
done
