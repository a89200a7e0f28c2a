newstag version > /dev/full
