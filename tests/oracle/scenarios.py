"""The scenarios: ledgers that a book could give, as plain SQL gives their rows, and when the metrics are refreshed.

Everything here is whole numbers and a seeded generator, so the same files come out on every machine.
"""

import random
from datetime import datetime, timezone

USDT = 1_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def utc(year, month, day, hour=0, minute=0, millis=0):
    """Unix milliseconds."""
    at = datetime(year, month, day, hour, minute, tzinfo=timezone.utc)
    return int(at.timestamp()) * 1_000 + millis


class Book:
    """Keeps ledgers as the book does: balances by seq, and no opening without a bankroll."""

    def __init__(self):
        self.rows = []
        self.strategies = {}

    def register(self, strategy, at, bankroll=10_000 * USDT):
        self.strategies[strategy] = {"seq": 0, "balance": bankroll, "is_active": True}
        self._write(strategy, "register", at)

    def open(self, strategy, at):
        """Gives the time of the entry, which stands for the position."""
        state = self.strategies[strategy]
        assert state["balance"] > 0 and state["is_active"], "the book refuses to open"
        self._write(strategy, "open", at)
        return at

    def close(self, strategy, opened_at, at, pnl, kind="close"):
        assert at >= opened_at, "an exit is not before its entry"
        self._write(strategy, kind, at, pnl, at - opened_at)

    def trade(self, strategy, at, pnl, held=90 * MINUTE, kind="close"):
        self.close(strategy, self.open(strategy, at - held), at, pnl, kind)

    def adjust(self, strategy, at, delta):
        assert delta > -max(0, self.strategies[strategy]["balance"]) - 1, "at most the bankroll is taken out"
        self._write(strategy, "adjust", at, delta)

    def deactivate(self, strategy, at):
        self.strategies[strategy]["is_active"] = False
        self._write(strategy, "deactivate", at)

    def balance(self, strategy):
        return self.strategies[strategy]["balance"]

    def _write(self, strategy, kind, at, delta=0, held_ms=None):
        state = self.strategies[strategy]
        state["seq"] += 1
        state["balance"] += delta
        self.rows.append(
            {
                "strategy_id": strategy,
                "seq": state["seq"],
                "kind": kind,
                "delta_micros": delta,
                "balance_micros": state["balance"],
                "held_ms": held_ms,
                "timestamp": at,
            }
        )


def one_strategy(at=utc(2024, 1, 1)):
    book = Book()
    book.register(1, at)
    return book


def no_trade():
    return one_strategy(), utc(2024, 2, 10, 12)


def one_trade():
    book = one_strategy()
    book.trade(1, utc(2024, 1, 1, 9), 512_345_678)
    return book, utc(2024, 1, 9, 12)


def only_wins():
    book = one_strategy()
    for day, pnl in [(1, 100), (2, 250), (2, 75), (5, 310), (9, 42)]:
        book.trade(1, utc(2024, 1, day, 10 + pnl % 7), pnl * USDT + day)
    return book, utc(2024, 1, 12)


def only_losses():
    book = one_strategy()
    for day, pnl in [(1, -100), (3, -450), (3, -75), (8, -901), (31, -42)]:
        book.trade(1, utc(2024, 1, day, 10 - pnl % 7), pnl * USDT - day)
    return book, utc(2024, 2, 2)


def only_flat():
    book = one_strategy()
    for day in (1, 2, 2, 9):
        book.trade(1, utc(2024, 1, day, 10), 0, held=day * HOUR)
    return book, utc(2024, 1, 12)


def loss_on_the_first_trade():
    book = one_strategy()
    book.trade(1, utc(2024, 1, 1, 3), -1_234_567_891)
    book.trade(1, utc(2024, 1, 4, 3), 2_000 * USDT)
    book.trade(1, utc(2024, 1, 15, 3), -33 * USDT)
    return book, utc(2024, 1, 17)


def bankroll_to_zero():
    book = one_strategy()
    book.trade(1, utc(2024, 1, 3, 8), 700 * USDT)
    book.trade(1, utc(2024, 1, 10, 8), -10_700 * USDT, kind="liquidate")
    book.adjust(1, utc(2024, 1, 30, 9), 5_000 * USDT)
    book.trade(1, utc(2024, 2, 2, 8), 400 * USDT)
    book.trade(1, utc(2024, 2, 3, 8), -150 * USDT)
    return book, utc(2024, 2, 20)


def bankroll_below_zero():
    book = one_strategy()
    positions = [book.open(1, utc(2024, 1, 2, hour)) for hour in range(6)]
    book.close(1, positions[0], utc(2024, 1, 3, 8), -12_500 * USDT, kind="liquidate")
    # What is still open is closed on a bankroll that is not there, or that a profit alone has made.
    book.close(1, positions[1], utc(2024, 1, 4, 8), 1_000 * USDT)
    book.close(1, positions[2], utc(2024, 1, 10, 8), 3_000 * USDT)
    book.close(1, positions[3], utc(2024, 1, 17, 8), 250 * USDT)
    book.close(1, positions[4], utc(2024, 1, 24, 8), -125 * USDT)
    book.adjust(1, utc(2024, 2, 1, 7), 4_000 * USDT)
    book.close(1, positions[5], utc(2024, 2, 5, 8), -300 * USDT)
    book.trade(1, utc(2024, 2, 7, 8), 650 * USDT)
    return book, utc(2024, 2, 29, 23)


def replenished_under_water():
    book = one_strategy()
    book.trade(1, utc(2024, 1, 2, 8), -5_000 * USDT)
    book.adjust(1, utc(2024, 1, 2, 9), 5_000 * USDT)
    book.trade(1, utc(2024, 1, 3, 8), 1_500 * USDT)
    book.adjust(1, utc(2024, 1, 6, 9), -2_345_678_901)
    book.trade(1, utc(2024, 1, 9, 8), -900 * USDT)
    return book, utc(2024, 1, 15)


def several_in_the_same_millisecond():
    book = one_strategy()
    book.register(2, utc(2024, 1, 1), 3_333_333_333)
    at = utc(2024, 1, 2, 8, 30, 123)
    for strategy in (2, 1):
        positions = [book.open(strategy, at - HOUR) for _ in range(4)]
        book.close(strategy, positions[0], at, 400 * USDT)
        book.adjust(strategy, at, 2_500 * USDT)
        book.close(strategy, positions[1], at, -700 * USDT)
        book.close(strategy, positions[2], at, 150 * USDT)
        book.close(strategy, positions[3], at, 0)
    book.trade(1, utc(2024, 1, 3, 8), 10 * USDT)
    return book, utc(2024, 1, 5)


def late_entries():
    book = one_strategy()
    book.register(2, utc(2024, 1, 2))
    for day, pnl in [(20, 900), (4, -1_200), (33, 350), (11, 77), (4, 60), (1, -15), (32, -480)]:
        book.trade(1, utc(2024, 1, 1, 12) + (day - 1) * DAY, pnl * USDT)
    for day, pnl in [(25, -300), (9, 510), (12, -45)]:
        book.trade(2, utc(2024, 1, day, 12), pnl * USDT)
    # Later than the refresh itself.
    return book, utc(2024, 1, 30)


def leap_day():
    book = one_strategy(utc(2024, 2, 20))
    for day, pnl in [(26, 120), (28, -80), (29, 333), (30, -41)]:
        book.trade(1, utc(2024, 2, 1, 23, 59) + (day - 1) * DAY, pnl * USDT)
    return book, utc(2024, 3, 20)


def iso_weeks_over_the_change_of_the_year():
    # The ISO years 2024 and 2026 begin in December or with 53 weeks behind them; 2027-01-01 is in week 53 of 2026.
    book = one_strategy(utc(2024, 12, 27))
    for year, month, day, pnl in [
        (2024, 12, 29, 55),
        (2024, 12, 30, -20),
        (2024, 12, 31, 130),
        (2025, 1, 1, -64),
        (2025, 1, 5, 12),
        (2025, 1, 6, 90),
        (2026, 12, 31, 210),
        (2027, 1, 1, -33),
        (2027, 1, 4, 17),
    ]:
        book.trade(1, utc(year, month, day, 12), pnl * USDT)
    return book, utc(2027, 1, 8)


def added_while_others_are_under_water():
    book = one_strategy()
    book.trade(1, utc(2024, 1, 3, 8), -2_500 * USDT)
    book.trade(1, utc(2024, 1, 4, 8), 100 * USDT)
    book.register(2, utc(2024, 1, 10, 12), 25_000 * USDT)
    book.trade(2, utc(2024, 1, 11, 8), 600 * USDT)
    book.trade(1, utc(2024, 1, 12, 8), -70 * USDT)
    book.register(3, utc(2024, 1, 13, 12), 1)
    book.trade(2, utc(2024, 1, 16, 8), -905 * USDT)
    return book, utc(2024, 1, 20)


def deactivating():
    book = one_strategy()
    book.register(2, utc(2024, 1, 1, 6), 40_000 * USDT)
    position = book.open(2, utc(2024, 1, 2))
    book.trade(1, utc(2024, 1, 2, 9), 310 * USDT)
    book.deactivate(2, utc(2024, 1, 3))
    book.trade(1, utc(2024, 1, 4, 9), -150 * USDT)
    book.close(2, position, utc(2024, 1, 5), 800 * USDT)
    book.trade(1, utc(2024, 1, 6, 9), 95 * USDT)
    return book, utc(2024, 1, 9)


def older_trades_imported():
    """Two strategies registered in March with trades from January on; one of them goes on to trade before the import."""
    book = one_strategy()
    book.trade(1, utc(2024, 1, 5, 8), -1_250 * USDT)
    book.register(2, utc(2024, 3, 4, 10), 20_000 * USDT)
    for month, day, pnl in [(1, 8, 640), (1, 9, -1_015), (1, 31, 77), (2, 1, 1_203), (2, 14, -450)]:
        book.trade(2, utc(2024, month, day, 9), pnl * USDT)
    book.trade(2, utc(2024, 3, 5, 9), 333 * USDT)
    book.register(3, utc(2024, 3, 4, 12), 8_000 * USDT)
    book.trade(3, utc(2024, 3, 6, 9), -7_500 * USDT)
    for month, day, pnl in [(2, 20, 250), (1, 2, -120), (2, 27, 90)]:
        book.trade(3, utc(2024, month, day, 15), pnl * USDT)
    book.adjust(3, utc(2024, 3, 8), 4_000 * USDT)
    book.trade(3, utc(2024, 3, 11, 9), 400 * USDT)
    book.trade(1, utc(2024, 3, 12, 9), -85 * USDT)
    return book, utc(2024, 3, 20, 12)


def alone_and_all_older_trades_imported():
    """All that there is, is older than the strategy itself."""
    book = one_strategy(utc(2024, 6, 3, 10))
    for month, day, pnl in [(4, 2, 310), (4, 3, -2_405), (4, 30, 90), (5, 1, 1_203), (5, 14, -450)]:
        book.trade(1, utc(2024, month, day, 9), pnl * USDT)
    return book, utc(2024, 6, 5)


def ruined_before_it_was_registered():
    """An import that loses everything; the registration after it brings no capital, a deposit does."""
    book = one_strategy(utc(2024, 3, 4, 10))
    positions = [book.open(1, utc(2024, 1, 2, hour)) for hour in range(3)]
    book.close(1, positions[0], utc(2024, 1, 3, 9), 250 * USDT)
    book.close(1, positions[1], utc(2024, 1, 4, 9), -11_000 * USDT, kind="liquidate")
    book.close(1, positions[2], utc(2024, 1, 11, 9), 400 * USDT)
    book.adjust(1, utc(2024, 3, 6), 6_000 * USDT)
    book.trade(1, utc(2024, 3, 8, 9), -565 * USDT)
    return book, utc(2024, 3, 20)


def realistic_month():
    """Three strategies in March 2025, each a position every few hours with a tenth of its bankroll or less."""
    chance = random.Random(20_250_301)

    def below(bound):
        # The only method whose numbers no Python version changes.
        return int(chance.random() * bound)

    book = Book()
    start, end = utc(2025, 3, 1), utc(2025, 3, 31, 15)
    begins = {1: start + 7 * HOUR, 2: start + 7 * HOUR + 5, 3: utc(2025, 3, 9, 16, 20)}
    happenings = [(at, strategy, "register", None) for strategy, at in begins.items()]
    for strategy, begin in begins.items():
        at = begin
        while True:
            at += HOUR + below(9 * HOUR)
            held = 5 * MINUTE + below(3 * HOUR if strategy == 1 else 30 * HOUR)
            if at + held >= end:
                break
            happenings.append((at, strategy, "open", held))
    happenings.append((utc(2025, 3, 12, 10), 1, "adjust", 2_500 * USDT))
    happenings.append((utc(2025, 3, 18, 10), 2, "adjust", -1_750_250_000))
    happenings.append((utc(2025, 3, 27, 10), 3, "adjust", 800 * USDT))
    closings = [
        (at + argument, strategy, "close", at) for at, strategy, kind, argument in happenings if kind == "open"
    ]
    for at, strategy, kind, argument in sorted(happenings + closings, key=lambda one: one[:3]):
        if kind == "register":
            book.register(strategy, at)
        elif kind == "open":
            book.open(strategy, at)
        elif kind == "adjust":
            book.adjust(strategy, at, argument)
        else:
            size = book.balance(strategy) // 10
            # Millionths of the price: three dice, so that small moves are common, and a small edge.
            move = sum(below(40_001) - 20_000 for _ in range(3)) + 900
            fees = 2 * (size * 4 // 10_000)
            book.close(strategy, argument, at, size * move // 1_000_000 - fees)
    # One that was recorded a week late.
    book.trade(2, utc(2025, 3, 22, 3), -61_250_000)
    return book, end


SCENARIOS = [
    no_trade,
    one_trade,
    only_wins,
    only_losses,
    only_flat,
    loss_on_the_first_trade,
    bankroll_to_zero,
    bankroll_below_zero,
    replenished_under_water,
    several_in_the_same_millisecond,
    late_entries,
    leap_day,
    iso_weeks_over_the_change_of_the_year,
    added_while_others_are_under_water,
    deactivating,
    realistic_month,
    older_trades_imported,
    alone_and_all_older_trades_imported,
    ruined_before_it_was_registered,
]


def vectors():
    """Of every scenario its name and vector. The rows are in no order: who reads them has to order them."""
    for place, scenario in enumerate(SCENARIOS):
        book, refresh_at = scenario()
        shuffled = random.Random(place)
        rows = sorted(book.rows, key=lambda _: shuffled.random())
        yield scenario.__name__, {"refresh_at": refresh_at, "ledger": rows}
