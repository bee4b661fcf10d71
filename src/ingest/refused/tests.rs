//! What is known by name, and what is not.

use super::*;
use std::io::Write;

fn refused(bytes: &[u8]) -> Option<String> {
    let input = Input::memory("f", bytes.to_vec()).unwrap();
    by_name(&input.head().unwrap()).map(|refused| refused.what)
}

#[test]
fn kinds_are_known_by_their_first_bytes() {
    let known: [(&[u8], &str); 52] = [
        (b"\x96\xd5\x75\x21\x0c\x06\x01\x00\x50\x01\0\0", "sar's binary record"),
        (
            b"<?xml version=\"1.0\"?>\n<!DOCTYPE sysstat PUBLIC \"DTD v3.11 sysstat //EN\"\n<sysstat\n",
            "what sadf writes",
        ),
        (b"vm\t1\t2026-11-22 09:56:53 UTC\tall\t%usr\t0.00\nvm\t1\t2026", "what sadf writes"),
        (b"09:56:53 UTC; CPU; -1; %usr; 571169; 571169; %nice; 1303145; 1303338;\n", "what sadf writes"),
        (b"System activity data file: bin.sa (0x2175)\nHost: Linux\n", "what sadf writes"),
        (
            b"<?xml version=\"1.0\"?>\n<svg width=\"1060\">\n<text>Linux 6.1 (vm) \t11/22/26 \t(2 CPU)\n",
            "what sadf writes",
        ),
        (
            "Linux 6.1 (vm) \t2026年11月22日 \t_x86_64_\t(2 CPU)\n\n09时57分48秒     CPU      %usr\n".as_bytes(),
            "a table of sysstat",
        ),
        (b"disk- ------------reads------------ ------------writes----------- -----IO------\n", "what `vmstat -d`"),
        (b"vda             reads      read sectors      writes  requested writes\n", "what `vmstat -d`"),
        (
            b"<testResults>\n<sampleResult timeStamp=\"1144365463297\" label=\"a\" time=\"1502\"/>",
            "JMeter's first form",
        ),
        (b"http_reqs,1595325560,1.000000,,,,GET,a\nhttp_req_duration,1595325560,22.9,,,,GET,a\n", "k6's CSV rows"),
        (b"\"vus\",1595325560123,1.000000,,\n", "k6's CSV rows"),
        (b"USER\tS\tSTART\t1595325560123\nREQUEST\t\ta\t1595325560123\t1595325560223\tOK\t \n", "Gatling's log"),
        (b"REQUEST\t\ta\t1595325560123\t1595325560223\tKO\tgone\n", "Gatling's log"),
        (b"RUN\t20120305120000\tsim\nACTION\tS\t1\ta\t1330941600000\t1330941600100\tOK\n", "Gatling's log"),
        (b"** SIEGE 3.0.5\nTransactions:\t\t  58285 hits\nAvailability:\t\t 100.00 %\n", "siege's figures"),
        (
            b"\nSummary:\n  Total:\t69.3 secs.\n  Slowest:\t0.09 secs.\n  Requests/sec:\t37.9\n",
            "the summary of an old hey",
        ),
        (
            b"All virtual users finished\nSummary report @ 15:03:05(-0500) 2018-11-17\n  Scenarios launched:  5\n",
            "Artillery's report",
        ),
        (
            b"------\nMetrics for period to: 15:03:10(+0000) (width: 9s)\n------\n\nhttp.requests: ... 5\n",
            "Artillery's report",
        ),
        (b"  Thread Stats   Avg      Stdev     99%   +/- Stdev\n    Latency   1.2ms\n", "wrk's figures"),
        (b"top - 15:03:20 up 10 days,  1 user,  load average: 0.1, 0.2, 0.3\n%Cpu(s):  1.0 us\n", "what `top`"),
        (b"1795226390000000000,500,3454606,0,14,500 Internal\n", "vegeta's rows"),
        (b"1795226390000000000,200,3454606,0,14,,aGk=,attack\n", "vegeta's rows"),
        (b"<!DOCTYPE html>\n<html><head>\n<title>K6 Load Test: 2026-11-21 02:00</title>", "an HTML report of k6's"),
        (b"<html><head><title> k6 Report &mdash; checkout</title>", "an HTML report of k6's"),
        (b"<!doctype html><html><head><title>K6</title>", "an HTML report of k6's"),
        (b"<!DOCTYPE html>\n<html>\n<title>Artillery Load Test Report</title>", "Artillery's HTML report"),
        (b"<!doctype>\n<html>\n<head>\n  <title>Vegeta Plots</title>", "vegeta's plot"),
        (b"<p>\n This is ApacheBench, Version 2.3 <i>&lt;$Revision$&gt;</i><br>\n<table >", "ab's figures as an HTML"),
        (b"elapsed,scenario_index,transaction_index,name,run_time,success,user\n9,1,0,,14,true,0\n", "Goose's log"),
        (b"{\"elapsed\":4,\"name\":\"\",\"run_time\":27,\"scenario_index\":1,\"success\":true}\n", "Goose's log"),
        (b"elapsed,raw,name,final_url,redirected,response_time,status_code,user,error\n", "Goose's log"),
        (b"<!DOCTYPE html>\n<html>\n<head>\n    <title>Goose Attack Report</title>", "Goose's report"),
        (b"\n- name: Fetch chat\n  duration: 12.04687\n  status: 200\n", "drill's report"),
        (b"\x00\x00\x00\x00\x063.13.1\x00\x00\x00\x00\x10example.Simulatn", "Gatling's binary log"),
        (b"\x0e\xff\x81\x03\x01\x01\x06Result\x01\xff\x82\x00", "a file of vegeta's binary results"),
        (b"PAR1\x15\x04\x15\x20", "a Parquet file"),
        (b"SQLite format 3\0\x10\x00", "an SQLite database"),
        (b"{\n  \"log\": {\"version\": \"1.2\", \"creator\": {}, \"entries\": []}}", "a HAR recording"),
        (b"<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"a\"/></testsuites>", "a JUnit report"),
        (b"<?xml version=\"1.0\"?>\n<jmeterTestPlan version=\"1.2\">", "a JMeter test plan"),
        (b"<!DOCTYPE html>\n<html><head><title>Gatling Stats - Global Information</title>", "Gatling's HTML report"),
        ("Running 3s test @ http://h/\n10 connections\n\n\n┌─────".as_bytes(), "autocannon's tables"),
        (b"Summary:\n  Success rate:\t100.00%\n  Total:\t1.0 sec\n  Slowest:\t0.1 sec\n", "oha's summary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
        (b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n", "a web server's error page"),
        (b"<!DOCTYPE html>\n<html><head>\n<title>example.com | 502: Bad gateway</title>", "a web server's error page"),
        (b"<html><head><title>504 Gateway Time-out</title></head>", "a web server's error page"),
        ("<!doctype html><title>HTTP Status 404 – Not Found</title>".as_bytes(), "a web server's error page"),
        ("<!DOCTYPE html><html><title>Sign in · GitLab</title>".as_bytes(), "a page to log in"),
        (b"<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>no", "a storage's answer"),
        (b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message>", "a storage's answer"),
    ];
    for (bytes, what) in known {
        let found = refused(bytes).unwrap_or_default();
        assert!(found.starts_with(what), "{found} is not {what}");
    }
}

#[test]
fn what_is_packed_twice_is_told() {
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    assert_eq!(refused(&pack(b"a,b\n")), None);
    assert!(refused(&pack(&pack(b"a,b\n"))).unwrap().starts_with("packed twice"));
}

#[test]
fn what_nobody_knows_stays_unknown() {
    for bytes in [
        &b"notes of Tuesday\n"[..],
        b"{}",
        b"<html></html>",
        b"<html><title>k6th avenue</title>",
        b"<html><title>500 users, not found any error</title>",
        b"<html><title>Errors of 502 requests</title>",
        b"<results><Error><Code>1</Code></Error></results>",
        b"a,b,c\n1,2,3\n",
        b"vus,of,our,team\nhttp_reqs,many,1\n",
        b"1795226390000000000,5,3454606,0\n",
        b"1795226390000000000,200,3454606,0,14,x,y,z,9\n",
        b"REQUEST\ta\tb\n",
        b"Transactions: 5\nAvailability: high\n",
        b"top - of the list\n",
        b"Summary:\n  Total:\t69.3 secs.\n",
        b"<results><sampleResult t=\"5\"/></results>",
        b"\0\0\0\0\0",
        b"PK",
        b"log",
    ] {
        assert_eq!(refused(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
}
