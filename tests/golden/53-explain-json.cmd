echo "The union said pay talks with the transit authority collapsed." | newstag explain --text --json --rules ../rules/worked | python3 -m json.tool --no-ensure-ascii
