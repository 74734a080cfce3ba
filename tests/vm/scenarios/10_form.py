# SPDX-License-Identifier: GPL-2.0-only
"""A cluster forms: one view everywhere, the consumer writes on all nodes."""

from cluster import Cluster


def run(lab):
    cluster = Cluster(lab)
    cluster.start()

    views = {(node.sysfs('lifetime'), node.sysfs('generation'),
              tuple(node.members())) for node in cluster.nodes.values()}
    assert len(views) == 1, views
    for number, node in cluster.nodes.items():
        assert node.sysfs('state') == 'member', node.sysfs('state')
        assert node.sysfs('quorate') == '1', node.sysfs('quorate')
        assert node.sysfs('local_node') == str(number)
        assert node.sysfs('listeners/minigfs/phase') == 'running'
        assert node.state('phase') == 'running'

    verdict = cluster.finish()
    assert set(verdict.committed) == {1, 2, 3}, verdict.report()
    assert not verdict.recovered, verdict.report()
