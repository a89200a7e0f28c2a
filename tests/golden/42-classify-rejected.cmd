newstag classify --rules ../rules/worked --items - | sed "s/\"events\".*/.../"
