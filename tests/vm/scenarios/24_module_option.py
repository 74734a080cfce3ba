# SPDX-License-Identifier: GPL-2.0-only
"""A node joins by the module's option alone, with no tool at all."""

from cluster import Cluster

LEFT_OUT = {'userbridge': 'the option is that of vcs_cman'}


def refused(guest, options, word):
    """A bad option stops the module from loading, and is named."""
    status, _ = guest.sh(f'modprobe vcs_cman join={options}')
    assert status, f'accepted: {options}'
    assert word in guest.run('dmesg | tail -n 5'), guest.run('dmesg | tail')


def run(lab):
    cluster = Cluster(lab)
    cluster.format()
    cluster.prepare(1, 2)
    for number in (1, 2):
        cluster[number].join()

    three = cluster[3].guest
    options = cluster[3].options()
    refused(three, 'lab', 'nodeid')
    refused(three, f'lab,{options},color=red', 'color')
    refused(three, f'lab,{options.replace("nodeid=3", "nodeid=x")}',
            'nodeid')
    # What is wrong with the second of two, too.
    good = f'{cluster.name},{options}'
    refused(three, f"'{good};la/b,{options}'", '"la/b" is not a name')
    refused(three, f"'{good};providers'", '"providers" is not a name')
    refused(three, f'{good},{"x" * 1023}', 'at most 1023')
    refused(three, f"'{good},fence_timeout=1{',' * 500};{good},dead=x{',' * 600}'",
            'dead=x')
    three.run('mkdir -p /lib/firmware/vcs')
    three.put(f'/lib/firmware/vcs/{cluster.name}.key', cluster.key, 0o600)
    three.run(f'modprobe vcs_cman join={cluster.name},{options}')
    cluster.wait_members([1, 2, 3], on=[1, 2])
    lab.until(lambda: cluster[3].sysfs('state') == 'member',
              what='node 3 to be a member')

    cluster.mount()
    cluster.survivors_write()
    cluster[3].watch()
    cluster[3].start_fenced()
    cluster.finish()
