;; Compares a query with rows of f32, for slab.ts. `npm run kernel` assembles it into kernel-bytes.ts.
;;
;; The functions that compare have the same parameters, all of them addresses or lengths in bytes but `count`:
;;   slab    the first row; row n starts at slab + n * stride
;;   stride  bytes from row to row, a multiple of 32; what a row does not fill is 0
;;   query   as many f64 as a row has f32
;;   rows    `count` row numbers (u32)
;;   scores  where the `count` scores go (f32), more being better
;;
;; A sum is made in double precision, in which the product of two f32 is exact, and rounded once. Four
;; accumulators of two lanes keep the processor's units busy. Ends are compared with `ne`, since the
;; address after 4 GB is 0 again.
(module
  (import "slab" "memory" (memory 1))

  (func (export "dot")
    (param $slab i32) (param $stride i32) (param $query i32)
    (param $rows i32) (param $count i32) (param $scores i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at (i32.add (local.get $slab)
          (i32.mul (i32.load (local.get $rows)) (local.get $stride))))
        (local.set $end (i32.add (local.get $at) (local.get $stride)))
        (local.set $q (local.get $query))
        (local.set $a (v128.const f64x2 0 0))
        (local.set $b (v128.const f64x2 0 0))
        (local.set $c (v128.const f64x2 0 0))
        (local.set $d (v128.const f64x2 0 0))
        (loop $nextEight
          (local.set $a (f64x2.add (local.get $a) (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
            (v128.load (local.get $q)))))
          (local.set $b (f64x2.add (local.get $b) (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at)))
            (v128.load offset=16 (local.get $q)))))
          (local.set $c (f64x2.add (local.get $c) (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at)))
            (v128.load offset=32 (local.get $q)))))
          (local.set $d (f64x2.add (local.get $d) (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at)))
            (v128.load offset=48 (local.get $q)))))
          (local.set $q (i32.add (local.get $q) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $nextEight (i32.ne (local.get $at) (local.get $end))))
        (f32.store (local.get $scores) (f32.demote_f64
          (call $sum (local.get $a) (local.get $b) (local.get $c) (local.get $d))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow))))

  ;; The sum of the squared differences, negated.
  (func (export "squares")
    (param $slab i32) (param $stride i32) (param $query i32)
    (param $rows i32) (param $count i32) (param $scores i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at (i32.add (local.get $slab)
          (i32.mul (i32.load (local.get $rows)) (local.get $stride))))
        (local.set $end (i32.add (local.get $at) (local.get $stride)))
        (local.set $q (local.get $query))
        (local.set $a (v128.const f64x2 0 0))
        (local.set $b (v128.const f64x2 0 0))
        (local.set $c (v128.const f64x2 0 0))
        (local.set $d (v128.const f64x2 0 0))
        (loop $nextEight
          (local.set $e (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
            (v128.load (local.get $q))))
          (local.set $f (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at)))
            (v128.load offset=16 (local.get $q))))
          (local.set $g (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at)))
            (v128.load offset=32 (local.get $q))))
          (local.set $h (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at)))
            (v128.load offset=48 (local.get $q))))
          (local.set $a (f64x2.add (local.get $a) (f64x2.mul (local.get $e) (local.get $e))))
          (local.set $b (f64x2.add (local.get $b) (f64x2.mul (local.get $f) (local.get $f))))
          (local.set $c (f64x2.add (local.get $c) (f64x2.mul (local.get $g) (local.get $g))))
          (local.set $d (f64x2.add (local.get $d) (f64x2.mul (local.get $h) (local.get $h))))
          (local.set $q (i32.add (local.get $q) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $nextEight (i32.ne (local.get $at) (local.get $end))))
        (f32.store (local.get $scores) (f32.neg (f32.demote_f64
          (call $sum (local.get $a) (local.get $b) (local.get $c) (local.get $d)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow))))

  ;; The sum of the absolute differences, negated.
  (func (export "differences")
    (param $slab i32) (param $stride i32) (param $query i32)
    (param $rows i32) (param $count i32) (param $scores i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at (i32.add (local.get $slab)
          (i32.mul (i32.load (local.get $rows)) (local.get $stride))))
        (local.set $end (i32.add (local.get $at) (local.get $stride)))
        (local.set $q (local.get $query))
        (local.set $a (v128.const f64x2 0 0))
        (local.set $b (v128.const f64x2 0 0))
        (local.set $c (v128.const f64x2 0 0))
        (local.set $d (v128.const f64x2 0 0))
        (loop $nextEight
          (local.set $a (f64x2.add (local.get $a) (f64x2.abs (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
            (v128.load (local.get $q))))))
          (local.set $b (f64x2.add (local.get $b) (f64x2.abs (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at)))
            (v128.load offset=16 (local.get $q))))))
          (local.set $c (f64x2.add (local.get $c) (f64x2.abs (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=16 (local.get $at)))
            (v128.load offset=32 (local.get $q))))))
          (local.set $d (f64x2.add (local.get $d) (f64x2.abs (f64x2.sub
            (f64x2.promote_low_f32x4 (v128.load64_zero offset=24 (local.get $at)))
            (v128.load offset=48 (local.get $q))))))
          (local.set $q (i32.add (local.get $q) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $nextEight (i32.ne (local.get $at) (local.get $end))))
        (f32.store (local.get $scores) (f32.neg (f32.demote_f64
          (call $sum (local.get $a) (local.get $b) (local.get $c) (local.get $d)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $scores (i32.add (local.get $scores) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow))))

  ;; Reads a word of each cache line of some rows, all at once, so that they are at hand when they are compared:
  ;; what lies scattered the processor does not see coming. The result only keeps the reads from being left out.
  (func (export "touch")
    (param $slab i32) (param $stride i32) (param $rows i32) (param $count i32) (result i32)
    (local $at i32) (local $lines i32) (local $word i32)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at (i32.add (local.get $slab)
          (i32.mul (i32.load (local.get $rows)) (local.get $stride))))
        (local.set $lines (i32.shr_u (i32.add (local.get $stride) (i32.const 63)) (i32.const 6)))
        (loop $nextLine
          (local.set $word (i32.xor (local.get $word) (i32.load (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (local.set $lines (i32.sub (local.get $lines) (i32.const 1)))
          (br_if $nextLine (local.get $lines)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow)))
    (local.get $word))

  (func $sum (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result f64)
    (local.set $a (f64x2.add
      (f64x2.add (local.get $a) (local.get $b))
      (f64x2.add (local.get $c) (local.get $d))))
    (f64.add (f64x2.extract_lane 0 (local.get $a)) (f64x2.extract_lane 1 (local.get $a)))))
