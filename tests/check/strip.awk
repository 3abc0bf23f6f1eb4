# Prints C source without comments and without the contents of strings and
# character constants; line numbers stay the same.  A // comment that a
# backslash continues on the next line is not handled: the style has none.
BEGIN { state = "code" }
{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (state == "block") {
			if (two == "*/") {
				state = "code"
				out = out " "
				i++
			}
		} else if (state == "code") {
			if (two == "/*") {
				state = "block"
				i++
			} else if (two == "//") {
				break
			} else {
				if (c == "\"")
					state = "string"
				else if (c == "'")
					state = "char"
				out = out c
			}
		} else if (c == "\\") {
			i++
		} else if ((state == "string" && c == "\"") ||
		    (state == "char" && c == "'")) {
			state = "code"
			out = out c
		}
	}
	if (state == "string" || state == "char")
		if (substr($0, n, 1) != "\\")
			state = "code"
	print out
}
