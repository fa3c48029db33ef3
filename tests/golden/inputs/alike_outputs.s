# Two outputs whose file names would come out alike.
program alike
tensor b constant fp32 [4, 8]
data b values 0 1 2 3 4 5 6 7 10 11 12 13 14 15 16 17 20 21 22 23 24 25 26 27 30 31 32 33 34 35 36 37
tensor o.1 output fp32 [4, 8]
tensor o_1 output fp32 [4, 8]
op copy kind=add
engine sync:
source 0
dma_copy dst=o.1[0:4:32]@0(1x8) src=b[0:4:32]@0(1x8) queue=0 accumulate=0
dma_copy dst=o_1[0:4:32]@0(1x8) src=b[0:4:32]@0(1x8) queue=0 accumulate=0
