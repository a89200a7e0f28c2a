# Without --rules and from the build tree: the repository's packs.
newstag rules --json | python3 -c '
import json, sys
rules = json.load(sys.stdin)
print(sorted({rule["file"].split("/config/")[1].split("/")[0] for rule in rules}), len(rules) > 10)'
