echo "It was cold. The peace talks between Russia and Ukraine went on in Geneva." > $T/text
newstag explain --why-not nego.collapsed --text --rules ../rules/worked -- $T/text; echo "status $?" >&2
newstag explain --why-not nego.colapsed --text --rules ../rules/worked -- $T/text; echo "status $?" >&2
LC_ALL=C newstag explain --why-not nego.hardline --text --rules ../rules/worked -- $T/text
