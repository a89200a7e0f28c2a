for name in item event retracted pack config; do
	newstag schema $name | python3 -c 'import json, sys; print(json.load(sys.stdin)["$schema"])'
done
