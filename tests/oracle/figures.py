"""What the libraries say about a ledger: the figures of every period, from nothing but its rows.

It shares no code with the book and goes another way: first a table of returns for the whole ledger, then pandas cuts it
into periods, then each figure is asked of every library that defines it as the book does. README.md says which.
"""

import math
import warnings
from fractions import Fraction

import empyrical
import ffn
import numpy
import pandas
import quantstats.stats

DAY = 86_400_000
ALL_TIME = (0, 253_402_300_800_000)
DAYS_PER_YEAR = 365
AGREEMENT = 1e-9

# quantstats warns where it has nothing to say; what counts is what it answers.
warnings.filterwarnings("ignore", module="quantstats")


class Disagreement(Exception):
    """Two libraries that should say the same do not."""


class Asked:
    """The answers of the libraries, and which of them were asked for which figure."""

    def __init__(self):
        self.libraries = {}

    def agree(self, figure, **answers):
        """The first answer, if all others are the same."""
        self.libraries.setdefault(figure, set()).update(answers)
        (first_name, first), *others = answers.items()
        for name, other in others:
            if not math.isclose(first, other, rel_tol=AGREEMENT, abs_tol=1e-12):
                raise Disagreement(f"{figure}: {first_name} says {first!r}, {name} says {other!r}")
        assert math.isfinite(first), f"{figure}: {first_name} says {first!r}"
        return float(first)


def money_table(ledger):
    """The entries that move money, in the order of time, with how much capital came or was earned."""
    table = pandas.DataFrame(ledger).sort_values(["timestamp", "strategy_id", "seq"], ignore_index=True)
    table["registers"] = (table["kind"] == "register") & (table["seq"] == 1)
    table["flow"] = table["delta_micros"].where(table["registers"] | (table["kind"] == "adjust"))
    table["pnl"] = table["delta_micros"].where(table["kind"].isin(["close", "liquidate"]))
    table = table[table["flow"].notna() | table["pnl"].notna()].reset_index(drop=True)
    table["day"] = pandas.to_datetime(table["timestamp"], unit="ms").dt.floor("D")
    table["own_capital"] = table["balance_micros"] - table["delta_micros"]
    table["brought"] = brought(table)
    return table


def brought(table):
    """What each entry brings into the capital of all strategies together, besides what it moves itself.

    A strategy comes with its first entry in the order of time and brings what it had before that. If that is not its
    registration, then the registration, whenever it comes, brings what was missing from the initial bankroll.
    """
    brings = pandas.Series(0, index=table.index)
    for _, own in table.groupby("strategy_id"):
        first = own.index[0]
        brings[first] = own["own_capital"].loc[first]
        for place in own.index[own["registers"]]:
            if place != first:
                brings[place] = own["own_capital"].loc[place] - brings[first]
    return brings


def with_returns(table):
    """Adds the return of each entry on the capital before it: NaN where no capital could earn it.

    What an entry brought is in that capital already; it is a flow of its own.
    """
    is_alive = False
    returns, is_ruined, is_alive_after = [], [], []
    for capital, brought, flow, pnl in zip(table["capital"], table["brought"], table["flow"], table["pnl"]):
        earned, ruined = numpy.nan, False
        is_alive = is_alive or (brought > 0 and capital > 0)
        if pandas.notna(flow):
            is_alive = is_alive or (flow > 0 and capital + flow > 0)
        elif capital <= 0 or (is_alive and capital + pnl <= 0):
            ruined, is_alive = True, False
        elif is_alive:
            earned = pnl / capital
        returns.append(earned)
        is_ruined.append(ruined)
        is_alive_after.append(is_alive)
    return table.assign(earned=returns, is_ruined=is_ruined, is_alive=is_alive_after)


def subjects(table):
    """All strategies together, whose capital runs in the order of time, and each one, whose entries tell it by seq."""
    together = table.copy()
    together["capital"] = together["brought"].cumsum() + together["delta_micros"].cumsum() - together["delta_micros"]
    yield None, with_returns(together)
    for strategy, own in table.groupby("strategy_id"):
        own = own.copy()
        own["capital"] = own["own_capital"]
        # Alone it brings only what it came with: its entries tell its balances.
        own.loc[own.index[1:], "brought"] = 0
        yield int(strategy), with_returns(own.reset_index(drop=True))


def periods(table):
    """Every period with an entry: its timeframe, its first day, the first day after it, and its part of the table."""
    yield "all_time", None, None, table
    for timeframe, frequency in [("monthly", "M"), ("weekly", "W-SUN"), ("daily", "D")]:
        for period, part in table.groupby(table["day"].dt.to_period(frequency)):
            yield timeframe, period.start_time, (period + 1).start_time, part


def millis(day):
    return int(day.value // 1_000_000)


def exact_mean(micros):
    """Of whole numbers, as a fraction."""
    return Fraction(int(micros.sum()), len(micros))


def row_of(asked, table, part, start, end, as_of_day):
    """The figures of one period."""
    earned = part["earned"].dropna()
    pnl = part["pnl"].dropna().astype("int64")
    wins, losses = pnl[pnl > 0], pnl[pnl <= 0]
    before = table.loc[: part.index[0] - 1] if part.index[0] > 0 else table.iloc[:0]
    is_ruined = bool(part["is_ruined"].any())
    had_capital = bool(part["is_alive"].any() or (len(before) > 0 and before["is_alive"].iloc[-1]))
    has_flat = bool((pnl == 0).any())
    usdt = pnl / 1e6

    daily = (1 + part["earned"].fillna(0)).groupby(part["day"]).prod() - 1
    path = pandas.concat([pandas.Series([1.0]), (1 + earned).cumprod()], ignore_index=True)
    earned_sum = pandas.concat([pandas.Series([0]), pnl.cumsum()], ignore_index=True)

    # Python rounds a fraction half to even.
    row = {
        "total_return_pct": None,
        "growth_factor": None,
        "total_return_micros": int(pnl.sum()),
        "num_trades": len(pnl),
        "num_wins": len(wins),
        "num_losses": len(losses),
        "win_rate_pct": None,
        "avg_win_micros": round(exact_mean(wins)) if len(wins) else None,
        "avg_loss_micros": round(exact_mean(losses)) if len(losses) else None,
        "largest_win_micros": int(wins.max()) if len(wins) else None,
        "largest_loss_micros": int(losses.min()) if len(losses) else None,
        "profit_factor": None,
        "avg_position_duration_minutes": None,
        "max_drawdown_pct": 0.0,
        "max_drawdown_micros": int((earned_sum.cummax() - earned_sum).max()),
        "sharpe_ratio": None,
    }
    if len(pnl):
        answers = {"pandas": (pnl > 0).mean()}
        if not has_flat:
            answers["quantstats"] = quantstats.stats.win_rate(usdt, prepare_returns=False)
        row["win_rate_pct"] = 100 * asked.agree("win_rate_pct", **answers)
        held = part.loc[pnl.index, "held_ms"].mean() / 60_000
        row["avg_position_duration_minutes"] = asked.agree("avg_position_duration_minutes", pandas=held)
    for figure, side in [("avg_win", wins), ("avg_loss", losses)]:
        # The mean of the losses that quantstats knows leaves out those of nothing.
        if len(side) and not (figure == "avg_loss" and has_flat):
            mean = getattr(quantstats.stats, figure)(usdt, prepare_returns=False)
            asked.agree(f"{figure}_micros", fractions=float(exact_mean(side)) / 1e6, quantstats=mean)
    if losses.sum() < 0:
        row["profit_factor"] = asked.agree(
            "profit_factor",
            quantstats=quantstats.stats.profit_factor(usdt, prepare_returns=False),
            pandas=wins.sum() / -losses.sum(),
        )
    if is_ruined:
        row["total_return_pct"], row["max_drawdown_pct"] = -100.0, 100.0
        return row
    if had_capital:
        total = asked.agree(
            "total_return_pct",
            empyrical=empyrical.cum_returns_final(daily),
            ffn=ffn.calc_total_return(path),
            quantstats=quantstats.stats.comp(daily),
        )
        row["total_return_pct"] = 100 * total
        row["growth_factor"] = asked.agree(
            "growth_factor",
            empyrical=empyrical.cum_returns_final(daily, starting_value=1),
            ffn=1 + ffn.calc_total_return(path),
        )
    if len(earned):
        row["max_drawdown_pct"] = -100 * asked.agree(
            "max_drawdown_pct",
            ffn=ffn.calc_max_drawdown(path),
            empyrical=empyrical.max_drawdown(earned.reset_index(drop=True)),
        ) or 0.0
    row["sharpe_ratio"] = sharpe_ratio(asked, table, daily, start, end, as_of_day)
    return row


def sharpe_ratio(asked, table, daily, start, end, as_of_day):
    """Of the complete days of the period since the first entry."""
    first = table["day"].iloc[0]
    first = first if start is None else max(first, start)
    after = as_of_day if end is None else min(as_of_day, end)
    days = pandas.date_range(first, after, freq="D", inclusive="left")
    returns = daily.reindex(days, fill_value=0.0)
    if len(returns) < 2 or returns.nunique() == 1:
        return None
    answers = {
        "empyrical": empyrical.sharpe_ratio(returns, annualization=DAYS_PER_YEAR),
        "ffn": ffn.calc_sharpe(returns, nperiods=DAYS_PER_YEAR),
    }
    # It takes numbers above 1 for prices.
    if returns.max() < 1:
        answers["quantstats"] = quantstats.stats.sharpe(returns, periods=DAYS_PER_YEAR)
    return asked.agree("sharpe_ratio", **answers)


def expectation(vector):
    """What a refresh at that time should give: every row, and which libraries were asked."""
    table = money_table(vector["ledger"])
    as_of = max(vector["refresh_at"], int(table["timestamp"].max()))
    as_of_day = pandas.Timestamp(as_of, unit="ms").floor("D")
    asked = Asked()
    rows = []
    for strategy, own in subjects(table):
        for timeframe, start, end, part in periods(own):
            bounds = ALL_TIME if start is None else (millis(start), millis(end))
            head = {"strategy_id": strategy, "timeframe": timeframe, "period_start": bounds[0], "period_end": bounds[1]}
            rows.append(head | row_of(asked, own, part, start, end, as_of_day))
    libraries = {figure: sorted(names) for figure, names in sorted(asked.libraries.items())}
    return {"as_of": as_of, "libraries": libraries, "rows": rows}
