"""The stack's clock: what a jump moves, and when nothing is left to do."""

import math
import threading
import time

from local.clock.stack_clock import StackClock
from tests.unit.local.small_stack import wait_for


def in_thread(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_time_is_real_time_plus_what_was_jumped_and_never_goes_back():
    clock = StackClock()
    assert abs(clock.now() - time.time()) < 1
    clock.jump_to(clock.now() + 3600)
    assert 3599 < clock.now() - time.time() < 3601
    clock.jump_to(clock.now() - 7200)
    assert 3599 < clock.now() - time.time() < 3601
    assert abs(clock.now_ms() / 1000 - clock.now()) < 1


def test_a_jump_past_their_end_wakes_those_who_sleep_and_those_who_wait():
    clock, outcomes = StackClock(), []
    start = clock.now()
    threads = [
        in_thread(lambda: outcomes.append(clock.wait_until(start + 60))),
        in_thread(lambda: outcomes.append(clock.sleep(60))),
    ]
    wait_for(lambda: clock.next_due() == start + 60)
    clock.jump_to(start + 61)
    for thread in threads:
        thread.join(5)
    assert sorted(outcomes, key=str) == [None, True]
    assert clock.next_due() == math.inf


def test_a_jump_short_of_their_end_wakes_nobody():
    clock, woken = StackClock(), threading.Event()
    end = clock.now() + 60
    in_thread(lambda: (clock.wait_until(end), woken.set()))
    wait_for(lambda: clock.next_due() == end)
    clock.jump_to(end - 30)
    assert not woken.wait(0.05)
    assert clock.next_due() == end


def test_who_waits_can_be_called_off():
    clock, off, outcomes = StackClock(), threading.Event(), []
    thread = in_thread(lambda: outcomes.append(clock.wait_until(math.inf, off.is_set)))
    off.set()
    thread.join(5)
    assert outcomes == [False]


def test_sleepers_are_moved_by_a_jump_but_no_jump_stops_for_them():
    clock = StackClock()
    in_thread(lambda: clock.sleep(60))
    assert clock.next_due() == math.inf


def test_it_is_quiet_only_when_every_actor_is_parked_and_nothing_it_waits_for_has_come():
    clock, work, busy, done = StackClock(), threading.Event(), threading.Event(), threading.Event()

    def act():
        with clock.actor():
            clock.park(None, work.is_set)
            busy.set()
            done.wait(5)
            clock.park(clock.now() + 60, lambda: False, holding=True)

    thread = in_thread(act)
    wait_for(clock.quiet)
    work.set()
    assert not clock.quiet(), "its work has come, though it has not begun"
    clock.poke()
    assert busy.wait(5)
    assert not clock.quiet(), "it is busy"
    done.set()
    wait_for(clock.quiet)
    assert clock.held() == 1
    clock.jump_to(clock.next_due())
    thread.join(5)
    assert clock.held() == 0


def test_a_follower_sees_the_jumps_of_the_clock_whose_offset_it_shares():
    clock = StackClock()
    follower = StackClock(clock.offset, follower=True)
    thread = in_thread(lambda: follower.sleep(3600))
    clock.jump_to(clock.now() + 3601)
    thread.join(60)
    assert not thread.is_alive()
    assert abs(follower.now() - clock.now()) < 1
