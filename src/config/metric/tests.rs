//! Names of metrics, read and refused.

use super::*;

fn asked(text: &str) -> Asked {
    Metric::parse(text).unwrap().asked
}

#[test]
fn every_fixed_name_is_read() {
    for name in FIXED {
        assert_eq!(Metric::parse(name).unwrap().to_string(), *name);
    }
}

#[test]
fn names_with_a_part_that_varies() {
    assert_eq!(asked("latency.share_over(3 s)"), Asked::ShareOver { limit_us: 3e6 });
    assert_eq!(asked("latency.p95.drift"), Asked::Drift { p: 0.95 });
    assert_eq!(asked("users.sustained(10 m)"), Asked::UsersSustained { seconds: 600.0 });
    assert_eq!(asked("failures.ratio{timeout}"), Asked::Failures { kind: Some("timeout".into()), counted: false });
    assert_eq!(
        asked("monitor.cpu.percent.sustained(1.5 m)"),
        Asked::Monitor { column: "cpu.percent".into(), stat: MonitorStat::Sustained(90.0) }
    );
    assert_eq!(
        asked("rtc_dropped{url:a.b}.rate"),
        Asked::Custom { name: "rtc_dropped{url:a.b}".into(), stat: CustomStat::Rate }
    );
    assert_eq!(
        asked("pool_wait.p99.9"),
        Asked::Custom { name: "pool_wait".into(), stat: CustomStat::Of(Stat::Quantile(0.999)) }
    );
}

#[test]
fn misspelt_names_are_not_custom_metrics() {
    for text in ["latency.q95", "latencyp95", "failures.rato", "users.sustained(10)", "monitor.cpu", ""] {
        assert!(Metric::parse(text).is_err(), "{text}");
    }
    let error = Metric::parse("failures.rato").unwrap_err();
    assert!(error.contains("did you mean `failures.ratio`"), "{error}");
}

#[test]
fn limits_must_fit_the_metric() {
    let ratio = Metric::parse("failures.ratio").unwrap();
    let limit = |text| ratio.limit(Quantity::parse(text).unwrap());
    assert_eq!(limit("1 %"), Ok(0.01));
    assert_eq!(limit("0.01"), Ok(0.01));
    assert!(limit("1.5").unwrap_err().contains("1.5 %"));
    assert!(limit("3 s").is_err());
}
