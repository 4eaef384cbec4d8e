"""Classifiers, scores and rank correlations from scikit-learn and SciPy, for the tests of Statistics.

Made with Python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1:

    python Tests/Fixtures/linear_probe/make_classifiers.py

writes classifiers.json beside itself.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import scipy.stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, log_loss, precision_score, recall_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")
STRENGTHS = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2]


def classifier(c):
    return LogisticRegression(C=c, solver="newton-cg", tol=1e-12, max_iter=10_000)


def scores(probabilities, labels, classes):
    predictions = probabilities.argmax(1)
    binary = classes == 2
    present = set(labels) == set(range(classes))
    if not present:
        auc = None
    elif binary:
        # Of two classes, each one's area is the other's.
        auc = roc_auc_score(labels, probabilities[:, 1])
    else:
        auc = roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    return {
        "loss": log_loss(labels, probabilities, labels=range(classes)),
        "accuracy": accuracy_score(labels, predictions),
        "precision": precision_score(labels, predictions, average="macro", zero_division=0),
        "recall": recall_score(labels, predictions, average="macro", zero_division=0),
        "f1": f1_score(labels, predictions, average="macro", zero_division=0),
        "auc": auc,
    }


def case(name, rows, columns, classes, noise, seed, folds=4):
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    random.shuffle(labels)
    centers = random.normal(size=(classes, columns))
    features = np.round(centers[labels] + noise * random.normal(size=(rows, columns)), 3)
    features *= 10.0 ** random.integers(-2, 3, columns)
    features = np.round(features, 5)
    features[:, 1] = 7.3  # a constant, which must do no harm
    held_out = np.sort(random.permutation(rows)[: rows // 3])
    training = np.setdiff1d(np.arange(rows), held_out)
    fold = np.arange(len(training)) % folds

    scaler = StandardScaler().fit(features[training])
    x, y = scaler.transform(features[training]), labels[training]
    validation = []
    for c in STRENGTHS:
        losses = []
        for k in range(folds):
            model = classifier(c).fit(x[fold != k], y[fold != k])
            assert list(model.classes_) == list(range(classes))
            losses.append(log_loss(y[fold == k], model.predict_proba(x[fold == k]), labels=range(classes)))
        validation.append(np.mean(losses))
    best = STRENGTHS[int(np.argmin(validation))]
    fits = []
    for c in {0.01, 1.0, best}:
        model = classifier(c).fit(x, y)
        probabilities = model.predict_proba(scaler.transform(features[held_out]))
        fits.append(
            {
                "c": c,
                "log_probabilities": np.log(probabilities).tolist(),
                "training": scores(model.predict_proba(x), y, classes),
                "held_out": scores(probabilities, labels[held_out], classes),
            }
        )
        if c == 1.0 and classes > 2:
            fits[-1]["coefficients"] = model.coef_.tolist()
            fits[-1]["intercepts"] = (model.intercept_ - model.intercept_.mean()).tolist()
    return {
        "name": name,
        "classes": classes,
        "features": features.tolist(),
        "labels": labels.tolist(),
        "training": training.tolist(),
        "held_out": held_out.tolist(),
        "folds": fold.tolist(),
        "means": scaler.mean_.tolist(),
        "scales": scaler.scale_.tolist(),
        "strengths": STRENGTHS,
        "validation_losses": validation,
        "best": best,
        "fits": sorted(fits, key=lambda fit: fit["c"]),
    }


def score_cases():
    """Ties, a class that is never predicted, and one that has no sample."""
    tied = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [0.3, 0.5, 0.2]])
    never = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.3, 0.6, 0.1], [0.8, 0.1, 0.1], [0.45, 0.35, 0.2]])
    cases = [
        ("ties", tied, [0, 1, 1, 0, 2, 2]),
        ("a class never predicted", never, [0, 1, 2, 0, 2]),
        ("a class without a sample", never, [0, 1, 1, 0, 1]),
    ]
    return [
        {"name": name, "probabilities": p.tolist(), "labels": labels, "scores": scores(p, labels, 3)}
        for name, p, labels in cases
    ]


def rank_cases():
    random = np.random.default_rng(5)
    cases = []
    for count, digits in [(5, 3), (18, 3), (18, 1), (40, 1)]:
        x = np.round(random.normal(size=count), digits)
        y = np.round(0.6 * x + random.normal(size=count), digits)
        cases.append(
            {
                "x": x.tolist(),
                "y": y.tolist(),
                "ranks": scipy.stats.rankdata(x).tolist(),
                "correlation": scipy.stats.spearmanr(x, y).statistic,
            }
        )
    return cases


if __name__ == "__main__":
    truth = {
        "cases": [
            case("three classes", 45, 6, 3, 1.5, 1),
            case("two classes", 36, 5, 2, 2.0, 2),
            case("more features than samples", 40, 60, 4, 3.0, 3),
        ],
        "scores": score_cases(),
        "ranks": rank_cases(),
    }
    path = Path(__file__).parent / "classifiers.json"
    path.write_text(json.dumps(truth, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size)
