"""Any polynomial system with rational coefficients: its nouns, its readers and its exports."""
