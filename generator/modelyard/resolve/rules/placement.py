"""Placement: pods that some node of the environment can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelyard.findings import Finding, Route
    from modelyard.resolve.rules.case import Case
    from modelyard.spec.environment import Pool
    from modelyard.spec.model import Serving, Training


def _pooled(case: Case) -> Iterator[tuple[Route, Serving | Training, Pool | None]]:
    by_product = {pool.product: pool for pool in (case.environment.pools or {}).values()}
    for route, workload in case.workloads():
        if workload.gpu is not None:
            yield route, workload, by_product.get(workload.gpu.product)


def product_offered(case: Case) -> Iterator[Finding]:
    """A product that no pool has leaves the pod pending for ever."""
    products = [pool.product for pool in (case.environment.pools or {}).values()]
    for route, workload, pool in _pooled(case):
        if pool is None and workload.gpu is not None:
            yield case.problem(
                "value",
                (*route, "gpu", "product"),
                f"environment `{case.where}` has no pool of `{workload.gpu.product}`",
                did_you_mean(workload.gpu.product, products, what="products of its pools"),
            )


def fits_a_node(case: Case) -> Iterator[Finding]:
    """A pod runs on one node; what no node has leaves it pending for ever."""
    for route, workload, pool in _pooled(case):
        if pool is None or workload.gpu is None:
            continue
        if workload.gpu.count > pool.node.gpus:
            yield case.problem(
                "range",
                (*route, "gpu", "count"),
                f"a node of `{pool.product}` in environment `{case.where}` has `{pool.node.gpus}` GPUs,"
                f" got `{workload.gpu.count}`",
                f"write at most `{pool.node.gpus}`",
            )
        asked = workload.resources.requests
        for key, request, offer in (
            ("cpu", asked.cpu, pool.node.cpu),
            ("memory", asked.memory, pool.node.memory),
        ):
            if request.thousandths > offer.thousandths:
                yield case.problem(
                    "range",
                    (*route, "resources", "requests", key),
                    f"a node of `{pool.product}` in environment `{case.where}` gives pods `{offer}` of {key},"
                    f" got `{request}`",
                    f"write at most `{offer}`",
                )


RULES = (product_offered, fits_a_node)
