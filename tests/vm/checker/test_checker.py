# SPDX-License-Identifier: GPL-2.0-only
"""The checker accepts what is right, and each rule catches what breaks it.

    python3 -m unittest discover -t tests/vm -s tests/vm/checker
"""

import io
import unittest

from vmlib import nbdlog

from . import check as checks
from . import layout as lay
from .author import BLOCKS, SLOTS, Author, life
from .layout import BLOCK, CLAIM, CLEAN, NOBODY, RECOVERED, SLOT

ONE, TWO, THREE = life(1), life(2), life(3)


def judge(author, disk=False):
    return checks.judge(checks.replay(author.records),
                        io.BytesIO(author.disk()) if disk else None)


def running():
    """Three nodes that have mounted and written."""
    author = Author()
    for who in (ONE, TWO, THREE):
        author.mount(who)
    for turn in range(6):
        for who in (ONE, TWO, THREE):
            author.commit(who, (who.nodeid - 1) * SLOTS + turn % SLOTS)
    return author


class Base(unittest.TestCase):
    def accept(self, author, disk=True):
        verdict = judge(author, disk)
        self.assertTrue(verdict.passed, verdict.report())
        return verdict

    def reject(self, author, rule, words=''):
        """words: of the one check that must notice it, where others of the
        same rule would as well."""
        verdict = judge(author)
        self.assertTrue(any(v.rule == rule and words in v.text
                            for v in verdict.violations), verdict.report())
        self.assertIn('verdict: FAIL', verdict.report())
        return verdict


class Right(Base):
    def test_life_and_clean_end(self):
        author = running()
        for who in (ONE, TWO, THREE):
            author.writeback(who)
            author.unmount(who)
        verdict = self.accept(author)
        self.assertEqual(verdict.history.applied, 18)
        self.assertEqual(verdict.leftovers, 0)

    def test_committed_only(self):
        self.assertEqual(self.accept(running()).leftovers, 18)

    def test_recovery(self):
        author = running()
        author.apply(THREE, 2, 2)
        author.mark('kill 3')
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        for _ in range(3):
            author.commit(ONE, 2 * SLOTS)
        author.writeback(ONE)
        verdict = self.accept(author)
        self.assertEqual(verdict.recovered, [(3, 1)])
        self.assertEqual(verdict.history.replayed, 4)
        self.assertIn('verdict: PASS', verdict.report())

    def test_recoverer_dies_in_the_middle(self):
        author = running()
        author.mark('off 3 by 1')
        author.apply(ONE, 2, 3)
        author.mark('off 1 by 2')
        author.recover(TWO, ONE)
        author.recover(TWO, THREE)
        self.accept(author)

    def test_adopter_dies(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.commit(ONE, 2 * SLOTS)
        author.mark('off 1 by 2')
        author.recover(TWO, ONE)
        author.commit(TWO, 2 * SLOTS)
        author.commit(TWO, 0)
        self.assertEqual(self.accept(author).history.adopted, 3)

    def test_hand_over(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.commit(ONE, 2 * SLOTS)
        author.mark('boot 3')
        back = life(3, 2)
        author.writeback(ONE)
        author.own(ONE, 2, back)
        author.mount(back)
        author.commit(back, 2 * SLOTS)
        author.writeback(back)
        self.assertEqual(self.accept(author).history.handed, 1)

    def test_restart_faster_than_detection(self):
        author = running()
        author.mark('kill 3')
        author.mark('boot 3')
        author.recover(ONE, THREE)
        self.accept(author)

    def test_scenario_saw_it_let_go(self):
        author = running()
        author.mark('unmounted 3')
        author.recover(ONE, THREE)
        self.accept(author)

    def test_full_journal(self):
        author = Author()
        author.mount(ONE)
        for turn in range(4 * BLOCKS):
            author.commit(ONE, turn % SLOTS)
            if turn % 8 == 7:
                author.writeback(ONE)
        self.accept(author)

    def test_formatted_again(self):
        author = running()
        again = Author()
        author.records += again.records
        self.assertEqual(self.accept(author).leftovers, 0)


class Fenced(Base):
    def test_record_after_fence(self):
        author = running()
        author.mark('off 3 by 1')
        author.commit(THREE, 2 * SLOTS)
        self.reject(author, 'fenced')

    def test_table_after_fence(self):
        author = running()
        author.mark('off 3 by 1')
        author.apply(THREE, 2, 1)
        self.reject(author, 'fenced')

    def test_even_rubbish_after_fence(self):
        author = running()
        author.mark('off 3 by 1')
        author.add(nbdlog.WRITE, 3, 1 << 20, bytes(BLOCK))
        self.reject(author, 'fenced')

    def test_discard_after_fence(self):
        author = running()
        author.mark('off 3 by 1')
        author.add(nbdlog.TRIM, 3, 0, b'')
        self.reject(author, 'fenced')

    def test_while_nobody_looks(self):
        author = running()
        author.mark('off 3 by 1')
        author.mark('formatting')
        author.add(nbdlog.WRITE, 3, 0, bytes(BLOCK))
        history = checks.replay(author.records)
        self.assertTrue(checks.Verdict(history, 0).broken('fenced'))

    def test_old_life_after_boot(self):
        author = running()
        author.mark('off 3 by 1')
        author.mark('boot 3')
        author.commit(THREE, 2 * SLOTS)
        self.reject(author, 'journal', 'was ended by a boot')

    def test_old_life_beside_a_new_one(self):
        author = running()
        author.unmount(THREE)
        back = life(3, 2)
        author.mount(back)
        author.commit(back, 2 * SLOTS)
        author.header(3, 2, life=THREE)
        self.reject(author, 'journal', 'has a later life')


class Early(Base):
    def test_replay_of_the_living(self):
        author = running()
        author.apply(ONE, 2, 1)
        self.reject(author, 'early')

    def test_killed_but_not_fenced(self):
        author = running()
        author.mark('kill 3')
        author.recover(ONE, THREE)
        self.reject(author, 'early')

    def test_nothing_to_replay(self):
        author = running()
        author.writeback(THREE)
        author.recover(ONE, THREE)
        self.reject(author, 'early', 'recovers the journal')

    def test_heir_that_has_not_written(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.mark('boot 3')
        author.own(ONE, 2, life(3, 2))
        author.own(ONE, 2, ONE)
        self.reject(author, 'early', 'adopts')

    def test_two_survivors(self):
        """Of two nodes, each recovers the other; nobody was fenced."""
        author = running()
        author.recover(ONE, TWO)
        author.recover(TWO, ONE)
        for who in (ONE, TWO):
            author.commit(who, (who.nodeid - 1) * SLOTS)
        verdict = self.reject(author, 'early')
        self.assertTrue(verdict.broken('owner'), verdict.report())

    def test_two_survivors_that_believe_in_fences(self):
        author = running()
        author.mark('off 2 by 1')
        author.mark('off 1 by 2')
        author.recover(ONE, TWO)
        author.commit(TWO, SLOTS)
        self.reject(author, 'fenced')

    def test_adoption_alone(self):
        author = running()
        author.unmount(THREE)
        author.own(THREE, 2, NOBODY)
        author.mount(THREE)
        author.header(3, 2, state=CLEAN)
        author.own(ONE, 2, ONE)
        self.reject(author, 'early')

    def test_fence_of_an_earlier_life(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.mark('boot 3')
        back = life(3, 2)
        author.mount(back)
        author.commit(back, 2 * SLOTS, old=author.count(2 * SLOTS))
        author.recover(ONE, back)
        self.reject(author, 'early')


class Lost(Base):
    def test_recovery_forgets_the_last(self):
        author = running()
        author.mark('off 3 by 1')
        author.apply(ONE, 2, 5)
        author.header(1, 2, state=RECOVERED, recoverer=ONE, tail=5)
        self.reject(author, 'lost', 'but it goes on to 6')
        self.reject(author, 'lost', 'neither in slot')

    def test_recovery_replays_nothing(self):
        author = running()
        author.mark('off 3 by 1')
        author.header(1, 2, state=RECOVERED, recoverer=ONE, tail=6)
        self.reject(author, 'lost')

    def test_tail_before_table(self):
        author = running()
        author.apply(ONE, 0, 2)
        author.header(1, 0, tail=6)
        self.reject(author, 'lost', 'says that 6 is in the table')

    def test_tail_goes_back(self):
        author = running()
        author.writeback(ONE)
        author.header(1, 0, tail=2)
        self.reject(author, 'lost', 'goes back')

    def test_overwritten_record(self):
        author = Author()
        author.mount(ONE)
        for turn in range(BLOCKS + 1):
            author.commit(ONE, turn % SLOTS)
        self.reject(author, 'lost')

    def test_mount_over_dirty_journal(self):
        author = running()
        author.mark('off 3 by 1')
        author.mark('boot 3')
        author.header(3, 2, life=life(3, 2))
        self.reject(author, 'lost', 'over before')

    def test_clean_with_transactions(self):
        author = running()
        author.header(1, 0, state=CLEAN)
        self.reject(author, 'lost', 'marked clean')

    def test_adoption_before_replay(self):
        author = running()
        author.mark('off 3 by 1')
        author.own(ONE, 2, ONE)
        self.reject(author, 'lost')

    def test_hand_over_before_writeback(self):
        author = running()
        author.own(ONE, 0, NOBODY)
        self.reject(author, 'lost')

    def test_count_jumps(self):
        author = running()
        author.commit(ONE, 0)
        record = author.pending[0][-1]
        author.put(1, SLOT, 0, lay.Slot(ONE, record.new, record.value,
                                        record.seq, 0))
        self.reject(author, 'lost')


class Twice(Base):
    def test_same_count_again(self):
        author = running()
        record = author.pending[0][0]
        author.apply(ONE, 0, 1)
        author.put(1, SLOT, record.slot, lay.Slot(
            ONE, record.new, record.value, record.seq, 0))
        self.reject(author, 'twice')

    def test_old_value_over_new(self):
        author = running()
        record = author.pending[2][0]
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.put(2, SLOT, record.slot, lay.Slot(
            TWO, record.new, record.value, record.seq, 2))
        self.reject(author, 'twice')

    def test_replayed_after_recovery(self):
        author = running()
        record = author.pending[2][0]
        author.mark('off 3 by 1')
        author.header(1, 2, state=RECOVERED, recoverer=ONE, tail=0)
        author.put(1, SLOT, record.slot, lay.Slot(
            ONE, record.new, record.value, record.seq, 2))
        self.reject(author, 'twice', 'is recovered')

    def test_recovered_again(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.header(2, 2, recoverer=TWO)
        self.reject(author, 'twice')


class Owner(Base):
    def test_foreign_slot(self):
        author = running()
        author.commit(ONE, 2 * SLOTS)
        self.reject(author, 'owner')

    def test_after_giving_away(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        author.own(ONE, 2, life(3, 2))
        author.commit(ONE, 2 * SLOTS)
        self.reject(author, 'owner')

    def test_two_from_the_same_count(self):
        author = running()
        author.commit(ONE, 0, old=0)
        self.reject(author, 'owner')

    def test_free_slots_of_another(self):
        author = Author()
        author.own(ONE, 2, ONE)
        self.reject(author, 'owner')

    def test_given_to_a_third(self):
        author = running()
        author.writeback(ONE)
        author.own(ONE, 0, TWO)
        self.reject(author, 'owner')

    def test_two_writers_of_a_header(self):
        author = running()
        old = author.headers[0]
        author.header(1, 0, tail=0)
        author.put(1, lay.JOURNAL, 0, old._replace(version=old.version + 1))
        self.reject(author, 'owner', 'over version')

    def test_two_adopters(self):
        author = running()
        author.mark('off 3 by 1')
        author.recover(ONE, THREE)
        entry = author.ranges[2]
        author.put(2, lay.RANGE, 2, lay.Range(TWO, TWO, entry.version))
        self.reject(author, 'owner')


class JournalRules(Base):
    def test_next_before_the_flush(self):
        author = running()
        author.commit(ONE, 0, flush=False)
        author.commit(ONE, 1)
        self.reject(author, 'journal')

    def test_table_before_the_flush(self):
        author = running()
        author.commit(ONE, 0, flush=False)
        author.add(nbdlog.FLUSH, 2)
        author.apply(ONE, 0)
        self.reject(author, 'journal')

    def test_written_through(self):
        author = running()
        author.commit(ONE, 0, fua=True, flush=False)
        author.commit(ONE, 1)
        author.writeback(ONE)
        self.accept(author)

    def test_not_mounted(self):
        author = Author()
        author.own(ONE, 0, ONE)
        author.commit(ONE, 0)
        self.reject(author, 'journal')

    def test_gap(self):
        author = running()
        author.head[0] += 1
        author.commit(ONE, 0)
        self.reject(author, 'journal')

    def test_never_committed(self):
        author = running()
        author.put(1, SLOT, 0, lay.Slot(ONE, 1, 12345, 1, 0))
        self.reject(author, 'journal')

    def test_in_anothers_name(self):
        author = running()
        author.own(ONE, 0, NOBODY, guest=2)
        self.reject(author, 'journal')

    def test_anothers_claim(self):
        author = running()
        author.put(1, CLAIM, 1, lay.Claim(ONE, 0, 0))
        self.reject(author, 'journal')

    def test_anothers_header(self):
        author = running()
        author.header(1, 2, tail=0, life=ONE)
        self.reject(author, 'journal', 'node 1 writes the journal header')


class Format(Base):
    def test_rubbish(self):
        author = running()
        author.add(nbdlog.WRITE, 2, 0, b'x' * BLOCK)
        self.reject(author, 'format')

    def test_half_a_block(self):
        author = running()
        author.add(nbdlog.WRITE, 2, 0, b'x' * (BLOCK // 2))
        self.reject(author, 'format', 'no whole blocks')

    def test_half_a_block_of_mkfs(self):
        author = Author()
        author.mark('formatting')
        author.add(nbdlog.WRITE, 1, 0, b'x' * (BLOCK // 2))
        history = checks.replay(author.records)
        self.assertTrue(checks.Verdict(history, 0).broken('format'))

    def test_superblock(self):
        author = running()
        author.put(2, lay.SUPER, 0, lay.Super(1, 3, BLOCKS, SLOTS, bytes(16)))
        self.reject(author, 'format', 'superblock')

    def test_renamed_journal(self):
        author = running()
        author.header(1, 0, nodeid=2)
        self.reject(author, 'format', 'renames')

    def test_slot_that_is_not_there(self):
        author = running()
        author.commit(ONE, 3 * SLOTS, old=0)
        self.reject(author, 'format', f'is for slot {3 * SLOTS}')

    def test_disk_failed(self):
        author = running()
        author.add(nbdlog.FAILED)
        self.reject(author, 'format', 'disk itself failed')

    def test_torn_block(self):
        author = running()
        block = author.records[-2].data
        author.add(nbdlog.WRITE, 3, author.records[-2].offset,
                   block[:60] + bytes(BLOCK - 60))
        self.reject(author, 'format')

    def test_discard(self):
        author = running()
        author.add(nbdlog.TRIM, 2, 0, b'')
        self.reject(author, 'format')

    def test_not_what_the_log_says(self):
        author = running()
        history = checks.replay(author.records)
        image = bytearray(author.disk())
        image[-1] ^= 1
        checks.compare(history, io.BytesIO(bytes(image)))
        self.assertTrue(checks.Verdict(history, 0).broken('format'))

    def test_no_disk_at_all(self):
        verdict = checks.judge(checks.replay([]))
        self.assertTrue(verdict.broken('format'), verdict.report())


if __name__ == '__main__':
    unittest.main()
