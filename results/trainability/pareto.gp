# Carbon against utilisation of published training runs: towards the upper left is better.
# 'gnuplot pareto.gp', here, draws pareto.svg and pareto.pdf from pareto.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'pareto.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,216 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.25in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'pareto.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.125783
set rmargin at screen 0.966805
set tmargin at screen 0.901235
set bmargin at screen 0.160494
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [0.0560863:1.83303]
set yrange [0:0.532299]
set xtics ('0.1' 0.1, '0.2' 0.2, '0.5' 0.5, '1' 1, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1) enhanced
set ytics ('0' 0, '0.1' 0.1, '0.2' 0.2, '0.3' 0.3, '0.4' 0.4, '0.5' 0.5) noenhanced
unset label
unset arrow
set label 'emissions for 10²¹ FLOP (t)' at graph 0.5, screen 0.037037 center noenhanced
set label 'model FLOPs utilisation' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label '' at graph 0.00986747, graph 1.04167 point pointtype 7 pointsize 0.5 linecolor rgb '#0072B2'
set label 'others' at graph 0.0345361, graph 1.04167 left noenhanced
set label '' at graph 0.170807, graph 1.04167 point pointtype 5 pointsize 0.5 linecolor rgb '#D55E00'
set label 'Pareto front' at graph 0.195475, graph 1.04167 left noenhanced
set label 'BLOOM-176B' at graph 0.0518382, graph 0.547747 left noenhanced font small
set label 'Llama-3.1-405B' at graph 0.426383, graph 0.59825 left noenhanced font small
set label 'LLaMA-13B' at graph 0.495711, graph 0.96518 left noenhanced font small
plot \
    'pareto.csv' using (of(2, cell('emissions_per_zettaflop'))):(cell('mfu')) with points pointtype 7 pointsize 0.5 linecolor rgb '#0072B2' notitle, \
    'pareto.csv' using (of(1, cell('emissions_per_zettaflop'))):(cell('mfu')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle
set output
