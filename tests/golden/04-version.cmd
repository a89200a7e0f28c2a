newstag version && newstag --version && newstag version --json
