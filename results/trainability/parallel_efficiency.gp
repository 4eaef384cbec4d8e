# Parallel efficiency of training by number of GPUs.
# 'gnuplot parallel_efficiency.gp', here, draws parallel_efficiency.svg and parallel_efficiency.pdf from parallel_efficiency.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'parallel_efficiency.gp' }
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
set output 'parallel_efficiency.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.142902
set rmargin at screen 0.823606
set tmargin at screen 0.901235
set bmargin at screen 0.160494
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [58.892:556.408]
set yrange [0.898975:1.00389]
set xtics ('64' 64, '128' 128, '256' 256, '512' 512) noenhanced
set ytics ('0.90' 0.9, '0.92' 0.92, '0.94' 0.94, '0.96' 0.96, '0.98' 0.98, '1.00' 1) noenhanced
unset label
unset arrow
set label 'GPUs' at graph 0.5, screen 0.037037 center noenhanced
set label 'parallel efficiency' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label '' at graph 0.0121914, graph 1.04167 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'weak' at graph 0.04267, graph 1.04167 left noenhanced
set label '' at graph 0.190907, graph 1.04167 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'strong' at graph 0.221386, graph 1.04167 left noenhanced
set arrow from graph 0.962963, graph 0.037037 to graph 1.04267, graph 0.037037 nohead linewidth 0.4 dashtype 1 linecolor rgb '#440154' back
set label 'MPT-1b' at graph 1.05486, graph 0.037037 left noenhanced textcolor rgb '#2F003A'
set arrow from graph 0.962963, graph 0.231019 to graph 1.04267, graph 0.205913 nohead linewidth 0.4 dashtype 1 linecolor rgb '#32678E' back
set label 'MPT-7b' at graph 1.05486, graph 0.205913 left noenhanced textcolor rgb '#234863'
set arrow from graph 0.962963, graph 0.247475 to graph 1.04267, graph 0.27258 nohead linewidth 0.4 dashtype 1 linecolor rgb '#433880' back
set label 'MPT-3b' at graph 1.05486, graph 0.27258 left noenhanced textcolor rgb '#2E2759'
set arrow from graph 0.962963, graph 0.499978 to graph 1.04267, graph 0.499978 nohead linewidth 0.4 dashtype 1 linecolor rgb '#89D447' back
set label 'MPT-70b' at graph 1.05486, graph 0.499978 left noenhanced textcolor rgb '#5F9431'
set arrow from graph 0.962963, graph 0.602346 to graph 1.04267, graph 0.602346 nohead linewidth 0.4 dashtype 1 linecolor rgb '#33B57B' back
set label 'MPT-30b' at graph 1.05486, graph 0.602346 left noenhanced textcolor rgb '#237E56'
set arrow from graph 0.962963, graph 0.723863 to graph 1.04267, graph 0.723863 nohead linewidth 0.4 dashtype 1 linecolor rgb '#238E8C' back
set label 'MPT-13b' at graph 1.05486, graph 0.723863 left noenhanced textcolor rgb '#186362'
plot \
    'parallel_efficiency.csv' using (of(1, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(2, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(3, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(4, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(5, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(6, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle, \
    'parallel_efficiency.csv' using (of(7, cell('gpus'))):(cell('efficiency')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle
set output
