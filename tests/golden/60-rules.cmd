newstag rules --rules failing.yaml
