"""The exercises of lesson 22: a posterior by pencil, the formula of partial pooling, the gap by sex."""
import numpy as np

from utils.data import load
from utils.exercises import exercise


@exercise("22.1",
          praise="Silence speaks for the lower rate. And it does not matter in which order the résumés went out, or "
                 "whether you took them as one batch of 40: the posterior is the next prior.",
          hints=("Take the table's last column as the prior of the next step.",
                 "The likelihood of 20 silences is (1 − p)²⁰: 0.358 for 5 %, 0.122 for 10 %.",
                 "0.583 · 0.358 = 0.209 and 0.417 · 0.122 = 0.051; divide the first by their sum."))
def five_percent(answer):
    if np.size(answer) == 2:
        return "give one number, the probability of 5 %."
    probability = float(answer)
    likelihood = np.array([0.05 * 0.95**39, 0.10 * 0.90**39])       # one call in forty, all at once
    right = likelihood[0] / likelihood.sum()
    if abs(probability - right) < 0.005:
        return None
    if abs(probability - 0.95**20 / (0.95**20 + 0.9**20)) < 0.006:
        return "that starts from ½ and ½ again; the first 20 résumés are forgotten."
    if abs(probability - (1 - right)) < 0.006:
        return "that is the probability of 10 %."
    if 1 < probability <= 100:
        return "give a fraction of 1, not per cent."
    return "that is not prior times likelihood, divided by the sum."


@exercise("22.2", indifferent=("transposed",),         # what it returns has one dimension
          praise="With a spread of 0.01 every name takes its group's mean, with 1 most of its own. The data choose "
                 "what lies between.",
          hints=("Start with the share kept, w: the spread squared, divided by the sum of both squares.",
                 "The new estimate is group_mean + w · (mean − group_mean).",
                 "Check by hand: mean −3, sd 0.68, group_mean −2.6, spread 0.13 gives −2.614."))
def shrunk(answer):
    if not callable(answer):
        return "give the function itself: shrunk, without brackets."
    rng = np.random.default_rng(22)
    for n in (1, 5, 36):
        mean, sd = rng.normal(-2.5, 0.6, n), rng.uniform(0.1, 0.9, n)
        group_mean, spread = rng.normal(-2.5, 0.3), rng.uniform(0.05, 1)
        found = np.asarray(answer(mean.copy(), sd.copy(), group_mean, spread), dtype=float)
        kept = spread**2 / (spread**2 + sd**2)
        right = group_mean + kept * (mean - group_mean)
        if found.shape != right.shape:
            return f"for {n} names it should return {n} numbers, not an array of shape {found.shape}."
        if not np.allclose(found, right, rtol=1e-6):
            if np.allclose(found, mean + kept * (group_mean - mean), rtol=1e-6):
                return "the shares are the wrong way round: a large error should pull towards the group."
            if np.allclose(found, group_mean + spread / (spread + sd) * (mean - group_mean), rtol=1e-6):
                return "the formula has squares: variances are compared, not standard deviations."
            return "for random names it does not return what the formula gives."
    return None


@exercise("22.3",
          praise="Both medians are near three in 100, and the men's interval is the wider one: there are fewer of them. "
                 "Nothing here says that the gap differs by sex, and nothing says that it does not.",
          hints=("Four groups; each has its calls k and its silences n − k.",
                 "rng.beta(k + 0.5, n - k + 0.5, 20_000) draws one group's rates; subtract draw by draw.",
                 "100 * np.quantile(white - black, (0.05, 0.5, 0.95)), once for \"female\", once for \"male\"."))
def gap_by_sex(answer):
    gaps = np.asarray(answer, dtype=float)
    if gaps.shape != (2, 3):
        return f"a 2 × 3 array is wanted: a row a sex, three quantiles; this has the shape {gaps.shape}."
    right = _gaps()
    if np.all(np.abs(gaps - right) < [0.1, 0.06, 0.1]):
        return None
    if np.all(np.abs(gaps + right[:, ::-1]) < 0.12):
        return "the sign: white less Black."
    if np.all(np.abs(gaps - right[::-1]) < 0.12):
        return "the rows are the wrong way round: women first."
    if np.all(np.abs(100 * gaps - right) < 0.12):
        return "that is a difference of rates; calls per 100 were asked for."
    return "those are not the quantiles of the two differences."


def _gaps():
    """The right quantiles, (2, 3), from many more draws."""
    resumes, rng = load("resumes"), np.random.default_rng(0)
    rows = []
    for sex in ("female", "male"):
        rate = {}
        for group in ("cauc", "afam"):
            call = resumes.call[(resumes.gender == sex) & (resumes.ethnicity == group)]
            rate[group] = rng.beta(call.sum() + 0.5, (~call).sum() + 0.5, 300_000)
        rows.append(100 * np.quantile(rate["cauc"] - rate["afam"], (0.05, 0.5, 0.95)))
    return np.array(rows)
