# Write tests/data/flexmix.json: standard errors of a mixture of two regressions with a multinomial-logit gate.
# Run it where R has flexmix: Rscript tests/data/make_flexmix.R > tests/data/flexmix.json
# "refit" is what refit() gives; its optimiser stops early, so "polished" is a second run of optim on
# flexmix's own likelihood from there. Gates are relative to the first component, sigmas are log deviations.
suppressMessages(library(flexmix))
set.seed(3)
n <- 300
x <- round(runif(n, -1, 1), 4)
first <- runif(n) < plogis(0.3 + x)
y <- round(ifelse(first, 1.5 * x + 1 + rnorm(n, sd = 0.6), -1.5 * x - 1 + rnorm(n, sd = 0.5)), 4)
f <- stepFlexmix(y ~ x, k = 2, nrep = 5, verbose = FALSE, model = FLXMRglm(family = "gaussian"),
                 concomitant = FLXPmultinom(~x), control = list(tolerance = 1e-12, iter.max = 2000))
r <- refit(f)
value <- flexmix:::FLXlogLikfun(f)
polished <- optim(fn = value, par = r@coef, method = "BFGS", hessian = TRUE,
                  control = list(fnscale = -1, reltol = 1e-15, maxit = 1000))
numbers <- function(v) paste0("[", paste(format(v, digits = 15, trim = TRUE), collapse = ", "), "]")
line <- function(name, v) cat(sprintf(' "%s": %s', name, numbers(v)))
cat("{\n")
cat(sprintf(' "made_by": "flexmix %s, R %s, tests/data/make_flexmix.R",\n', packageVersion("flexmix"),
            getRversion()))
cat(' "parameters": ["b0", "a0", "log_sd0", "b1", "a1", "log_sd1", "gate", "gate_slope"],\n')
line("x", x); cat(",\n"); line("y", y); cat(",\n")
line("refit", unname(r@coef)); cat(",\n")
line("refit_errors", unname(sqrt(diag(r@vcov)))); cat(",\n")
line("polished", unname(polished$par)); cat(",\n")
line("polished_errors", unname(sqrt(diag(solve(-polished$hessian))))); cat(",\n")
line("log_likelihood", polished$value); cat("\n}\n")
