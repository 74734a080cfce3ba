# SPDX-License-Identifier: GPL-2.0-only
"""The scenarios: which there are, and by which provider each is run.

One list is for all providers. A scenario that leaves one out says why, and so
does one that is run once, because it forms no cluster by any of them."""

import importlib.util
import re

from cluster import PROVIDERS
from vmlib.errors import LabError
from vmlib.machine import MEMORY
from vmlib.paths import SCENARIOS


class Scenario:
    """One file. What it may set: NODES, OPTIONS (of Lab), REUSE, MUTANT,
    MEMORY, LEFT_OUT, ONCE, CHECK."""

    def __init__(self, path):
        self.name = path.stem
        spec = importlib.util.spec_from_file_location(self.name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.run = module.run
        self.about = (module.__doc__ or '').strip().split('\n')[0]
        self.nodes = getattr(module, 'NODES', 3)
        self.options = getattr(module, 'OPTIONS', {})
        self.reuse = getattr(module, 'REUSE', False)
        self.mutant = getattr(module, 'MUTANT', None)
        self.memory = getattr(module, 'MEMORY', MEMORY)
        self.left_out = getattr(module, 'LEFT_OUT', {})
        self.once = getattr(module, 'ONCE', None)
        self.providers = [] if self.once else [
            name for name in PROVIDERS if name not in self.left_out]
        self.check = getattr(module, 'CHECK', self.providers[:1])
        self._must_make_sense()

    def _must_make_sense(self):
        if self.once:
            wrong = self.left_out or self.check
        else:
            wrong = not self.providers or \
                set(self.left_out) - set(PROVIDERS) or \
                set(self.check) - set(self.providers)
        if wrong or not all(self.left_out.values()):
            raise LabError(f'{self.name}: LEFT_OUT, ONCE and CHECK do '
                           'not fit together: see README.rst')

    def cell(self, provider):
        """Of the table."""
        if self.once:
            return 'once'
        if provider in self.left_out:
            return '-'
        return 'check' if provider in self.check else 'vm'

    def notes(self):
        if self.once:
            yield f'once: {self.once}'
        for provider, reason in self.left_out.items():
            yield f'not by {provider}: {reason}'


class Run:
    """A scenario by one provider, or by none."""

    def __init__(self, scenario, provider):
        self.scenario = scenario
        self.provider = provider
        self.name = f'{scenario.name}.{provider}' if provider else \
            scenario.name

    def shape(self):
        """Runs of one shape can share a lab."""
        scenario = self.scenario
        return (scenario.nodes, sorted(scenario.options.items()),
                scenario.mutant, scenario.memory, self.provider)


def load(names):
    """The scenarios named, or all, in the order of their numbers."""
    paths = sorted(SCENARIOS.glob('[0-9]*.py'))
    if not names:
        return [Scenario(path) for path in paths
                if not path.stem.endswith('_soak')]
    chosen = []
    for name in names:
        found = [path for path in paths
                 if name in (path.stem, re.sub(r'^\d+_', '', path.stem))]
        if not found:
            raise LabError(f'there is no scenario {name}: run tests/vm/run -l')
        chosen += found
    return [Scenario(path) for path in chosen]


def plan(names, provider=None, check=False):
    """The runs: of these scenarios or all, by this provider or each that they
    have, in "make check" or at all."""
    runs = []
    for scenario in load(names):
        if scenario.once:
            runs.append(Run(scenario, None))
        runs += [Run(scenario, name)
                 for name in (scenario.check if check else scenario.providers)
                 if provider in (None, name)]
    if not runs:
        raise LabError(f'{" ".join(names)}: not by {provider}: '
                       'run tests/vm/run -l')
    return runs


def table(scenarios):
    """Lines."""
    cells = [('', *PROVIDERS, '')]
    for scenario in scenarios:
        cells.append((scenario.name, *map(scenario.cell, PROVIDERS),
                      scenario.about))
        cells += [('', *('' for _ in PROVIDERS), f'  {note}')
                  for note in scenario.notes()]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ['  '.join(cell.ljust(width)
                      for cell, width in zip(row, widths)).rstrip()
            for row in cells]
