use appkeep_core::{store::*,job::*,catalog::*,app_backup::*,ids::*,metadata::*};use appkeep_store::SqliteStore;use chrono::DateTime;use uuid::Uuid;use std::time::Instant;
fn rss()->String{std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l|l.starts_with("VmRSS")||l.starts_with("Threads")).collect::<Vec<_>>().join(" ")}
#[tokio::main(flavor="multi_thread",worker_threads=2)] async fn main(){
 let d=tempfile::tempdir().unwrap();println!("start {}",rss());
 let s=SqliteStore::open_sole_server(d.path().join("a.db")).await.unwrap();println!("open {}",rss());
 let acc=AccountId::new(Uuid::from_u128(1));let app=AppId::new(Uuid::from_u128(2));let b=BucketId::new(Uuid::from_u128(3));
 let mut tx=s.begin().await.unwrap();
 tx.update_declaration(&Declaration{accounts:vec![Account{id:acc,name:"t".into()}],apps:vec![App{id:app,account_id:acc,name:"w".into(),volumes:vec![],declared:true}],buckets:vec![Bucket{id:b,account_id:acc,name:"b".into(),location:BucketLocation::Directory("/b".into()),is_default:true,declared:true}]}).await.unwrap();tx.commit().await.unwrap();
 let mk=|n:u128|AppBackup::pending(AppBackupId::new(Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835))),acc,b,CreateAppBackup{app_id:app,name:Some(appkeep_core::name::ResourceName::new(format!("n{n}")).unwrap()),bucket_id:None,snapshot_id:None,labels:vec![Label{name:"a".into(),value:"b".repeat(200)}]},SubjectId::new(Uuid::nil()),DateTime::from_timestamp_micros(n as i64*1000).unwrap());
 let t=Instant::now();for n in 0..2000{let mut tx=s.begin().await.unwrap();tx.insert_app_backup(&mk(n)).await.unwrap();tx.insert_job(&NewJob{id:JobId::new(Uuid::from_u128(n)),payload:JobPayload::DeleteSnapshot{app_id:app,snap_id:AppSnapId::new(Uuid::from_u128(n))},run_after:DateTime::UNIX_EPOCH}).await.unwrap();tx.commit().await.unwrap();}
 println!("create+job {}/s",2000.0/t.elapsed().as_secs_f64());
 let mut tx=s.begin().await.unwrap();for n in 2000..100_000{tx.insert_app_backup(&mk(n)).await.unwrap();}tx.commit().await.unwrap();
 let t=Instant::now();for n in 0..20000{s.fetch_app_backup(acc,mk(n*5).id).await.unwrap().unwrap();}println!("get {}/s",20000.0/t.elapsed().as_secs_f64());
 let t=Instant::now();let mut after=None;let mut p=0;loop{let r=s.list_app_backups(&ListFilter{account_id:acc,app_id:Some(app)},&Page{after,rows_max:100}).await.unwrap();p+=1;let Some(l)=r.last() else{break};after=Some(Position{created_micros:l.metadata.created_at.timestamp_micros(),id:l.id.as_uuid()});}println!("pages {}/s ({p})",f64::from(p)/t.elapsed().as_secs_f64());
 let t=Instant::now();let c=Claim{owner:Uuid::nil(),now:DateTime::from_timestamp(1,0).unwrap(),lease_until:DateTime::from_timestamp(61,0).unwrap()};let mut n=0;while let Some(j)=s.claim_job(&c).await.unwrap(){let mut tx=s.begin().await.unwrap();assert!(tx.update_job_ended(&j.lease,&JobEnd::Done).await.unwrap());tx.commit().await.unwrap();n+=1;}println!("claim+end {}/s",f64::from(n)/t.elapsed().as_secs_f64());
 let mut js=tokio::task::JoinSet::new();for k in 0..8u128{let s=s.clone();let ids:Vec<_>=(0..5000).map(|n|mk((n*8+k)*2).id).collect();js.spawn(async move{for i in ids{s.fetch_app_backup(acc,i).await.unwrap().unwrap();}});}let t=Instant::now();js.join_all().await;println!("8 readers {}/s",40000.0/t.elapsed().as_secs_f64());
 println!("end {}",rss());
}
