newstag check warnings.yaml; echo "status $?" >&2
newstag check --deny-warnings warnings.yaml > /dev/null 2>&1; echo "status $?" >&2
newstag check --json warnings.yaml
