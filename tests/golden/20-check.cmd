newstag check ../rules/worked
