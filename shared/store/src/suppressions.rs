//! Addresses to which nothing is sent any more: their mail system said that there is no such mailbox, or its owner complained.

use crate::{
    Aws,
    aws::Variable,
    change::Change,
    keys::{SUPPRESSED, suppression_key},
    sent,
    table::{Table, fault},
};
use aws_sdk_dynamodb::types::ReturnValue;
use domain::{
    Outcome, Problem,
    address::Address,
    delivery::{Skipped, Suppression},
};
use std::collections::BTreeMap;

/// The suppressed addresses.
#[derive(Clone)]
pub struct Suppressions {
    catalog: Table,
}

impl Suppressions {
    /// # Errors
    /// `Internal` if a variable is missing.
    pub fn new(aws: &Aws) -> Outcome<Self> {
        Ok(Self { catalog: Table::new(aws, Variable::CatalogTable)? })
    }

    /// Parts those who may be written to from those who are left out.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn sift(&self, addresses: Vec<Address>) -> Outcome<(Vec<Address>, Vec<Skipped>)> {
        let keys: Vec<_> = addresses.iter().map(|address| suppression_key(&address.key())).collect();
        let found: Vec<Suppression> = self.catalog.get_all(&keys).await?;
        let found: BTreeMap<_, _> = found.iter().map(|found| (found.address.as_str(), found.reason())).collect();
        let (mut kept, mut skipped) = (Vec::new(), Vec::new());
        for address in addresses {
            match found.get(address.key().as_str()) {
                None => kept.push(address),
                Some(reason) => skipped.push(Skipped { address, reason: reason.clone() }),
            }
        }
        Ok((kept, skipped))
    }

    /// Suppresses an address from now on.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn add(&self, suppression: &Suppression) -> Outcome<()> {
        let key = suppression_key(&suppression.address);
        let change = Change::all_of(suppression, &[])?.layout_of(&key);
        self.catalog.change::<Suppression>(&key, change).await.map(drop)
    }

    /// All suppressed addresses, in their order.
    ///
    /// # Errors
    /// `Internal` when DynamoDB does not answer.
    pub async fn list(&self) -> Outcome<Vec<Suppression>> {
        self.catalog.partition(SUPPRESSED, "").await
    }

    /// Has mail sent to an address again.
    ///
    /// # Errors
    /// `NotFound` when it is not suppressed.
    pub async fn lift(&self, address: &str) -> Outcome<()> {
        let key = suppression_key(&address.to_ascii_lowercase());
        let delete = self.catalog.client.delete_item().table_name(&self.catalog.name).set_key(Some(key.item()));
        let deleted = sent::delete_item(delete.return_values(ReturnValue::AllOld)).await.map_err(fault)?;
        let none = || Problem::NotFound("This address is not suppressed.".into());
        deleted.attributes.map(drop).ok_or_else(none)
    }
}
