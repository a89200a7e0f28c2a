newstag check --deny-warning; echo "status $?" >&2
newstag check --deny-warnings=yes; echo "status $?" >&2
newstag check -x; echo "status $?" >&2
newstag check --config; echo "status $?" >&2
newstag schema; echo "status $?" >&2
newstag schema item event; echo "status $?" >&2
newstag schema rule; echo "status $?" >&2
newstag test --tap --junit; echo "status $?" >&2
newstag classify --now yesterday; echo "status $?" >&2
newstag explain --title x; echo "status $?" >&2
