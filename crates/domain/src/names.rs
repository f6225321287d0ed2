//! The closed sets of names in the book, spelled as the database spells them.

macro_rules! names {
    ($(#[$doc:meta])* $type:ident, $what:literal, { $($(#[$variant_doc:meta])* $variant:ident = $name:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type {
            $($(#[$variant_doc])* #[doc = concat!("(`", $name, "`)")] $variant,)*
        }

        impl $type {
            /// All there are, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in databases and JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::ValueError;

            /// Reads a name exactly as it is spelled, case included.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    _ => {
                        let problem = $crate::Problem::UnknownName { known: &[$($name),*] };
                        Err($crate::ValueError::new($what, problem, text))
                    }
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

names! {
    /// The direction of a position.
    ///
    /// ```
    /// use nailsage_domain::Side;
    ///
    /// assert_eq!("long".parse::<Side>()?.opposite(), Side::Short);
    /// let error = "up".parse::<Side>().unwrap_err();
    /// assert_eq!(error.to_string(), r#"side must be one of long, short, got "up""#);
    /// # Ok::<(), nailsage_domain::ValueError>(())
    /// ```
    Side, "side", {
        /// Earns when the price rises.
        Long = "long",
        /// Earns when the price falls.
        Short = "short",
    }
}

impl Side {
    /// The other direction.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }
}

names! {
    /// What has become of a position.
    PositionStatus, "position status", {
        /// It is still held.
        Open = "open",
        /// It was closed by choice.
        Closed = "closed",
        /// It was closed because its margin was gone.
        Liquidated = "liquidated",
    }
}

names! {
    /// Why a position ended.
    ExitReason, "exit reason", {
        /// A signal said so.
        Signal = "signal",
        /// The price reached the stop-loss.
        StopLoss = "stop_loss",
        /// The price reached the take-profit.
        TakeProfit = "take_profit",
        /// Somebody decided so.
        Manual = "manual",
        /// Its margin was gone; only liquidated positions have this reason.
        Liquidation = "liquidation",
    }
}

names! {
    /// What a signal says.
    SignalType, "signal type", {
        /// The price will rise.
        Long = "long",
        /// The price will fall.
        Short = "short",
        /// Neither.
        Neutral = "neutral",
        /// Leave the market.
        Close = "close",
    }
}

names! {
    /// What a trade does to its position.
    TradeType, "trade type", {
        /// The entry of a long position.
        OpenLong = "open_long",
        /// The entry of a short position.
        OpenShort = "open_short",
        /// The exit of a long position.
        CloseLong = "close_long",
        /// The exit of a short position.
        CloseShort = "close_short",
    }
}

impl TradeType {
    /// The entry of a position of this side.
    #[must_use]
    pub const fn opening(side: Side) -> Self {
        match side {
            Side::Long => Self::OpenLong,
            Side::Short => Self::OpenShort,
        }
    }

    /// The exit of a position of this side.
    #[must_use]
    pub const fn closing(side: Side) -> Self {
        match side {
            Side::Long => Self::CloseLong,
            Side::Short => Self::CloseShort,
        }
    }
}

names! {
    /// How bad an event is, the least first.
    Severity, "severity", {
        /// For finding faults.
        Debug = "DEBUG",
        /// As it should be.
        Info = "INFO",
        /// Worth a look.
        Warning = "WARNING",
        /// Something failed.
        Error = "ERROR",
        /// Somebody has to act.
        Critical = "CRITICAL",
    }
}

names! {
    /// How long the periods of a metric are.
    Timeframe, "timeframe", {
        /// UTC days.
        Daily = "daily",
        /// ISO weeks.
        Weekly = "weekly",
        /// Calendar months.
        Monthly = "monthly",
        /// One period for all times.
        AllTime = "all_time",
    }
}

names! {
    /// What a ledger entry records.
    LedgerKind, "ledger kind", {
        /// A strategy came into being.
        Register = "register",
        /// It may open positions again.
        Activate = "activate",
        /// It may not open positions any more.
        Deactivate = "deactivate",
        /// A position was opened; no money moves.
        Open = "open",
        /// A position was closed; its realized P&L moves the bankroll.
        Close = "close",
        /// A position was liquidated; its realized P&L moves the bankroll.
        Liquidate = "liquidate",
        /// A position's stops were replaced.
        Stops = "stops",
        /// Money was paid in or out.
        Adjust = "adjust",
    }
}

impl LedgerKind {
    /// Whether metrics are made of such an entry at this place of its ledger: money moves, or a strategy begins.
    /// Registering again finds the strategy that is there.
    #[must_use]
    pub const fn counts_for_metrics(self, seq: i64) -> bool {
        match self {
            Self::Register => seq == 1,
            Self::Adjust | Self::Close | Self::Liquidate => true,
            Self::Activate | Self::Deactivate | Self::Open | Self::Stops => false,
        }
    }
}
