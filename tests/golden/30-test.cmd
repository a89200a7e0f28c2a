newstag test ../rules/worked
