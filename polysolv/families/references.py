"""Publications that the shipped families cite."""

from __future__ import annotations

from polysolv.families.reference import Reference


def bibtex_entry(kind: str, key: str, fields: dict[str, str]) -> str:
    """Return a BibTeX entry, one field a line.

    >>> print(bibtex_entry("misc", "k", {"year": "2023"}))
    @misc{k,
      year = {2023},
    }
    """
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _reference(key: str, citation: str, kind: str, **fields: str) -> Reference:
    return Reference(key, citation, bibtex_entry(kind, key, fields))


CHEN_1995 = _reference(
    "chen1995",
    "J. Chen, Optimal rate of convergence for finite mixture models, Annals of Statistics 23 (1995) 221-233",
    "article",
    author="Chen, Jiahua",
    title="Optimal rate of convergence for finite mixture models",
    journal="The Annals of Statistics",
    volume="23",
    pages="221--233",
    year="1995",
)
HO_NGUYEN_2016 = _reference(
    "honguyen2016",
    "N. Ho and X. Nguyen, Convergence rates of parameter estimation for some weakly identifiable finite "
    "mixtures, Annals of Statistics 44 (2016) 2726-2755",
    "article",
    author="Ho, Nhat and Nguyen, XuanLong",
    title="Convergence rates of parameter estimation for some weakly identifiable finite mixtures",
    journal="The Annals of Statistics",
    volume="44",
    pages="2726--2755",
    year="2016",
)
HO_NGUYEN_2016_EJS = _reference(
    "honguyen2016ejs",
    "N. Ho and X. Nguyen, On strong identifiability and convergence rates of parameter estimation in finite "
    "mixtures, Electronic Journal of Statistics 10 (2016) 271-307",
    "article",
    author="Ho, Nhat and Nguyen, XuanLong",
    title="On strong identifiability and convergence rates of parameter estimation in finite mixtures",
    journal="Electronic Journal of Statistics",
    volume="10",
    pages="271--307",
    year="2016",
)
HO_YANG_JORDAN_2022 = _reference(
    "hoyangjordan2022",
    "N. Ho, C.-Y. Yang and M. I. Jordan, Convergence rates for Gaussian mixtures of experts, "
    "Journal of Machine Learning Research 23 (2022)",
    "article",
    author="Ho, Nhat and Yang, Chiao-Yu and Jordan, Michael I.",
    title="Convergence rates for {Gaussian} mixtures of experts",
    journal="Journal of Machine Learning Research",
    volume="23",
    number="323",
    pages="1--81",
    year="2022",
)
NGUYEN_2023 = _reference(
    "nguyen2023",
    "H. Nguyen, T. Nguyen and N. Ho, Demystifying softmax gating function in Gaussian mixture of experts, "
    "NeurIPS 2023, arXiv 2305.03288",
    "inproceedings",
    author="Nguyen, Huy and Nguyen, TrungTin and Ho, Nhat",
    title="Demystifying softmax gating function in {Gaussian} mixture of experts",
    booktitle="Advances in Neural Information Processing Systems 36 (NeurIPS 2023)",
    year="2023",
    eprint="2305.03288",
    archiveprefix="arXiv",
)
NGUYEN_2024_LOGISTIC = _reference(
    "nguyen2024logistic",
    "H. Nguyen, P. Akbarian, T. Nguyen and N. Ho, A general theory for softmax gating multinomial logistic "
    "mixture of experts, ICML 2024, arXiv 2310.14188",
    "inproceedings",
    author="Nguyen, Huy and Akbarian, Pedram and Nguyen, TrungTin and Ho, Nhat",
    title="A general theory for softmax gating multinomial logistic mixture of experts",
    booktitle="International Conference on Machine Learning (ICML 2024)",
    year="2024",
    eprint="2310.14188",
    archiveprefix="arXiv",
)
NGUYEN_2024_GATED = _reference(
    "nguyen2024gated",
    "H. Nguyen, T. Nguyen, K. Nguyen and N. Ho, Towards convergence rates for parameter estimation in "
    "Gaussian-gated mixture of experts, AISTATS 2024, arXiv 2305.07572; code: github.com/Trung-TinNGUYEN/"
    "CRPE-GMoE",
    "inproceedings",
    author="Nguyen, Huy and Nguyen, TrungTin and Nguyen, Khai and Ho, Nhat",
    title="Towards convergence rates for parameter estimation in {Gaussian}-gated mixture of experts",
    booktitle="International Conference on Artificial Intelligence and Statistics (AISTATS 2024)",
    year="2024",
    eprint="2305.07572",
    archiveprefix="arXiv",
)
NGUYEN_2024_TOP_K = _reference(
    "nguyen2024topk",
    "H. Nguyen, P. Akbarian, F. Yan and N. Ho, Statistical perspective of top-K sparse softmax gating "
    "mixture of experts, ICLR 2024, arXiv 2309.13850",
    "inproceedings",
    author="Nguyen, Huy and Akbarian, Pedram and Yan, Fanqi and Ho, Nhat",
    title="Statistical perspective of top-{K} sparse softmax gating mixture of experts",
    booktitle="International Conference on Learning Representations (ICLR 2024)",
    year="2024",
    eprint="2309.13850",
    archiveprefix="arXiv",
)
