"""Publications that the shipped families cite."""

from __future__ import annotations

from polysolv.families.family import Reference

CHEN_1995 = Reference(
    "chen1995",
    "J. Chen, Optimal rate of convergence for finite mixture models, Annals of Statistics 23 (1995) 221-233",
)
HO_NGUYEN_2016 = Reference(
    "honguyen2016",
    "N. Ho and X. Nguyen, Convergence rates of parameter estimation for some weakly identifiable finite "
    "mixtures, Annals of Statistics 44 (2016) 2726-2755",
)
HO_YANG_JORDAN_2022 = Reference(
    "hoyangjordan2022",
    "N. Ho, C.-Y. Yang and M. I. Jordan, Convergence rates for Gaussian mixtures of experts, "
    "Journal of Machine Learning Research 23 (2022)",
)
NGUYEN_2023 = Reference(
    "nguyen2023",
    "H. Nguyen, T. Nguyen and N. Ho, Demystifying softmax gating function in Gaussian mixture of experts, "
    "NeurIPS 2023, arXiv 2305.03288",
)
NGUYEN_2024_GATED = Reference(
    "nguyen2024gated",
    "H. Nguyen, T. Nguyen, K. Nguyen and N. Ho, Towards convergence rates for parameter estimation in "
    "Gaussian-gated mixture of experts, AISTATS 2024, arXiv 2305.07572; code: github.com/Trung-TinNGUYEN/"
    "CRPE-GMoE",
)
NGUYEN_2024_TOP_K = Reference(
    "nguyen2024topk",
    "H. Nguyen, P. Akbarian, F. Yan and N. Ho, Statistical perspective of top-K sparse softmax gating "
    "mixture of experts, ICLR 2024, arXiv 2309.13850",
)
