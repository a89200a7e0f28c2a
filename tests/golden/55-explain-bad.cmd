echo '{"text": 1}' | newstag explain --rules ../rules/worked; echo "status $?" >&2
newstag explain --rules ../rules/worked < /dev/null; echo "status $?" >&2
newstag explain --rules ../rules/worked no-such-file.json; echo "status $?" >&2
printf 'a\377b' | newstag explain --text --rules ../rules/worked; echo "status $?" >&2
