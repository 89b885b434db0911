#!/usr/bin/env bash
# flexmix 2.3-18 (R): the variance of a Gaussian component is n / (n - p) times the maximum-likelihood one, n counting
# all rows, not those of the component.
#
# One would guess sigma^2 = sum w r^2 / sum w, the M-step of EM, or a correction by the component's own weight,
# sum w / (sum w - p). `FLXMRglm` divides by sum w and multiplies by n / (n - p), n the rows of the whole data set, p the
# coefficients of one component. So its EM climbs no likelihood and ends at no stationary point, and what it prints as
# log-likelihood is a little below the maximum nearby: a comparison of ends must maximise from there first.
#
# Needs R, with the packages lattice and nnet that come with it, and Debian's apt-get.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -o APT::Sandbox::User=root r-cran-flexmix=2.3-18-1 r-cran-modeltools=0.2-23-2 > /dev/null
for package in *.deb; do
    dpkg-deb --extract "$package" root
done
cat > described.R <<'R'
suppressMessages(library(flexmix))
cat("flexmix", as.character(packageVersion("flexmix")), "\n")
stopifnot(packageVersion("flexmix") == "2.3.18")
set.seed(1)
n <- 40
p <- 2
x <- seq(-1, 1, length.out = n)
first <- seq_len(n) %% 2 == 0
y <- ifelse(first, 3 + 2 * x, -3 - x) + rnorm(n, sd = 0.5)
fit <- flexmix(y ~ x, k = 2, cluster = ifelse(first, 1, 2), control = list(tolerance = 1e-15, iter.max = 2000))
for (j in 1:2) {
  w <- posterior(fit)[, j]
  r <- residuals(lm(y ~ x, weights = w))
  ratio <- parameters(fit)["sigma", j]^2 / (sum(w * r^2) / sum(w))
  cat(sprintf("component %d, weight %.2f: ratio %.6f; n / (n - p) = %.6f, by its own weight %.6f\n",
              j, sum(w), ratio, n / (n - p), sum(w) / (sum(w) - p)))
  stopifnot(abs(ratio - n / (n - p)) < 1e-6)
}
cat("as described\n")
R
R_LIBS=$(dirname "$(find "$folder/root" -type d -name flexmix -print -quit)") Rscript described.R
