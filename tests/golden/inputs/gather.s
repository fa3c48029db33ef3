# Takes rows of a table by constant indices; the third one is beyond the table.
program gather
tensor table input fp32 [4, 8]
tensor index constant int32 [3,1]
data index values 0 3 4
tensor rows output fp32 [3, 8]
op "/embedding/Gather" kind=gather
engine sync:
source 0
dma_copy dst=sbuf[0:3]@256:int32(1x1) src=index[0:3:4]@0(1x1) queue=0 accumulate=0 | signal s0+1
wait s1>=1 | dma_copy dst=rows[0:3:32]@0(1x8) src=sbuf[0:3]@0:fp32(1x8) queue=0 accumulate=0
engine gpsimd:
source 0
wait s0>=1 | dma_gather dst=sbuf[0:3]@0:fp32(1x8) table=table[0:1]@0(8x4,1x8) index=sbuf[0:3]@256:int32(1x1) limit=4 queue=0 | signal s1+1
