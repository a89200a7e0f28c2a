newstag rules --json --rules failing.yaml --set "rules.disable=b.*" | python3 -m json.tool
