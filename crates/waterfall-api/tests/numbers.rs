//! Numbers come back as they came, whatever else is built beside this crate.

use waterfall_api::types::{CustomFields, Usage};

#[test]
fn prices_come_back_to_the_last_digit() {
    for price in ["42.155362923686784", "0.1", "87.5", "1e-7", "123456789.12345679"] {
        let body = format!(r#"{{"total_usd":{price}}}"#);
        let usage: Usage = serde_json::from_str(&body).unwrap();
        assert_eq!(
            usage.total_usd.map(|found| found.to_bits()),
            Some(price.parse::<f64>().unwrap().to_bits())
        );
        let custom: CustomFields = serde_json::from_str(&body).unwrap();
        assert_eq!(custom.0["total_usd"].as_f64(), price.parse().ok());
    }
}
