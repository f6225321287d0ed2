//! Records whose fields have to fit together: deserialising one ends with its `check`.

/// Defines a record with public fields and gives it a `Deserialize` that reads the fields and then calls `check`.
///
/// The fields are read into a private twin rather than by serde's `remote = "Self"`, which would leave a public
/// function that skips the check.
macro_rules! checked_record {
    (
        $(#[$meta:meta])*
        pub struct $record:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        pub struct $record {
            $($(#[$field_meta])* pub $field: $type,)*
        }

        impl<'de> serde::Deserialize<'de> for $record {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Of the same name, since serde's errors mention it.
                #[derive(serde::Deserialize)]
                struct $record {
                    $($field: $type,)*
                }
                let fields = <$record as serde::Deserialize>::deserialize(deserializer)?;
                let record = Self { $($field: fields.$field,)* };
                record.check().map_err(serde::de::Error::custom)?;
                Ok(record)
            }
        }
    };
}

pub(crate) use checked_record;
